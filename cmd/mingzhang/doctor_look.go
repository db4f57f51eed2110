package main

import (
	"context"
	"strings"

	"mingzhang/migrations"
)

// roles looks whether the three roles are what they must be, and have the rights that keep the journal final.
func (d *doctor) roles(ctx context.Context) error {
	var wrong []string
	err := d.db.NewRaw(`
		select role || ' is missing' from unnest(array['`+migrations.Owner+`', '`+migrations.App+`', '`+migrations.Auditor+`']) role
			where not exists (select from pg_catalog.pg_roles r where r.rolname = role)
		union all select rolname || ' logs in' from pg_catalog.pg_roles where rolname = '`+migrations.Owner+`' and rolcanlogin
		union all select rolname || ' may more than it needs (superuser, creates roles or databases, replicates, bypasses row security)' from pg_catalog.pg_roles
			where rolname in ('`+migrations.Owner+`', '`+migrations.App+`', '`+migrations.Auditor+`') and (rolsuper or rolcreaterole or rolcreatedb or rolreplication or rolbypassrls)
		union all select c.oid::regclass || ' belongs to ' || c.relowner::regrole from pg_catalog.pg_class c
			where c.relnamespace in ('accounting'::regnamespace, 'projects'::regnamespace, 'api'::regnamespace) and c.relkind in ('r', 'p', 'v') and c.relowner <> '`+migrations.Owner+`'::regrole
		union all select format('%s may %s %s', role, right_to, t) from unnest(array['`+migrations.App+`', '`+migrations.Auditor+`']) role,
			unnest(array['insert', 'update', 'delete', 'truncate']) right_to, unnest(array['accounting.vouchers', 'accounting.lines', 'accounting.turnover', 'accounting.positions']) t
			where has_table_privilege(role, t, right_to)
		union all select format('%s may not read %s', role, t) from unnest(array['`+migrations.App+`', '`+migrations.Auditor+`']) role,
			unnest(array['accounting.vouchers', 'accounting.lines', 'accounting.turnover', 'projects.documents', 'projects.acts']) t where not has_table_privilege(role, t, 'select')
		union all select '`+migrations.App+` may not post' where not has_function_privilege('`+migrations.App+`', (select p.oid from pg_catalog.pg_proc p where p.pronamespace = 'accounting'::regnamespace and p.proname = 'post'), 'execute')
		union all select p.oid::regprocedure || ' is everybody''s' from pg_catalog.pg_proc p
			where p.pronamespace in ('accounting'::regnamespace, 'projects'::regnamespace, 'api'::regnamespace) and has_function_privilege('public', p.oid, 'execute')
		union all select '`+migrations.App+` may make temporary tables' where has_database_privilege('`+migrations.App+`', current_database(), 'temporary')`).Scan(ctx, &wrong)
	if err != nil {
		return err
	}
	if len(wrong) > 0 {
		d.fail("roles and rights: %s; run mingzhang migrate, or restore what somebody granted or took", strings.Join(wrong, "; "))
		return nil
	}
	d.ok("the roles %s, %s and %s have their rights and no more", migrations.Owner, migrations.App, migrations.Auditor)
	return nil
}

func (d *doctor) books(ctx context.Context) error {
	var books []struct {
		BookID   int64
		Name     string
		Vouchers int
	}
	err := d.db.NewRaw(`select b.book_id, b.name, coalesce(sum(p.last_number), 0) as vouchers from accounting.books b
		left join accounting.periods p on p.book_id = b.book_id group by 1, 2 order by 1`).Scan(ctx, &books)
	for _, b := range books {
		d.ok("book %d %s: %d vouchers", b.BookID, b.Name, b.Vouchers)
	}
	return err
}

// sizes tells what takes the room, partitions counted with their table.
func (d *doctor) sizes(ctx context.Context) error {
	var all, files, fileBytes int64
	if err := d.db.NewRaw(`select pg_database_size(current_database()), (select count(*) from projects.files), (select coalesce(sum(size), 0)::bigint from projects.files)`).Scan(ctx, &all, &files, &fileBytes); err != nil {
		return err
	}
	var tables []struct {
		Name string
		Size int64
	}
	err := d.db.NewRaw(`select n.nspname || '.' || c.relname as name, (select coalesce(sum(pg_total_relation_size(t.relid)), 0) from pg_partition_tree(c.oid) t)::bigint + case when c.relkind = 'r' then pg_total_relation_size(c.oid) else 0 end as size
		from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
		where n.nspname in ('accounting', 'projects', 'api') and c.relkind in ('r', 'p') and not c.relispartition order by 2 desc, 1 limit 3`).Scan(ctx, &tables)
	if err != nil {
		return err
	}
	var biggest []string
	for _, t := range tables {
		biggest = append(biggest, t.Name+" "+bytesText(t.Size))
	}
	d.ok("database %s, most of it %s; %d files, %s", bytesText(all), strings.Join(biggest, ", "), files, bytesText(fileBytes))
	return nil
}
