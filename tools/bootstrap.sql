-- The two logins and the database. Run once by a superuser, and again at will:
--
--   export PLIMSOLL_OWNER_PASSWORD=... PLIMSOLL_APP_PASSWORD=...
--   psql -X -v ON_ERROR_STOP=1 -d postgres -f tools/bootstrap.sql
--
-- Role names are fixed, because migrations grant to them by name. The application's login owns nothing, is a member of
-- nothing and may create nothing. The owner's runs migrations; CREATEDB is for the test databases only and may be
-- taken away in production.

\set ON_ERROR_STOP on
\getenv owner_password PLIMSOLL_OWNER_PASSWORD
\getenv app_password PLIMSOLL_APP_PASSWORD

SELECT 'CREATE ROLE plimsoll_owner'
WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'plimsoll_owner') \gexec
SELECT 'CREATE ROLE plimsoll_app'
WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'plimsoll_app') \gexec

ALTER ROLE plimsoll_owner LOGIN CREATEDB NOCREATEROLE NOSUPERUSER NOREPLICATION NOBYPASSRLS
PASSWORD :'owner_password';
ALTER ROLE plimsoll_app LOGIN NOCREATEDB NOCREATEROLE NOSUPERUSER NOREPLICATION NOBYPASSRLS
PASSWORD :'app_password';

-- To drop a test database under a forgotten connection of the application's.
GRANT pg_signal_backend TO plimsoll_owner;

SELECT format('REVOKE %I FROM plimsoll_app', granted.rolname)
FROM pg_catalog.pg_auth_members AS membership
INNER JOIN pg_catalog.pg_roles AS granted ON membership.roleid = granted.oid
WHERE membership.member = 'plimsoll_app'::regrole \gexec

SELECT 'CREATE DATABASE plimsoll OWNER plimsoll_owner TEMPLATE template0 ENCODING ''UTF8'''
WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_database WHERE datname = 'plimsoll') \gexec

\connect plimsoll
SET ROLE plimsoll_owner;
\ir database.sql
