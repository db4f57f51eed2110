\set p random(1, 1000)
\set a random(1, 1000000)
SELECT rows.post(:p, :a);
