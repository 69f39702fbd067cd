/*
Marks this database as a demonstration: seed.sql, whose password is published, refuses any other.
Run as supabase_admin, after the platform and before `supabase db push --include-seed`.
*/
alter database postgres set noc.demo = 'on';
