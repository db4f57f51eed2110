-- What pages ask while a form is filled in: whether a project is a unit's own or led by it.
grant execute on function projects.concerns(bigint, uuid, uuid) to mingzhang_app;
