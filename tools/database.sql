-- What holds in every database of ours, the test databases included. Run by its owner; may be run again.
--
-- Closed unless opened: a new table can be read by the application's login and nothing else; whoever writes a
-- migration grants INSERT, UPDATE or DELETE where the application needs it. Temporary tables are not needed, and could
-- shadow names.

DO $$
BEGIN
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO plimsoll_app', current_database());
END
$$;

REVOKE ALL ON SCHEMA public FROM public;
GRANT USAGE ON SCHEMA public TO plimsoll_app;

ALTER DEFAULT PRIVILEGES FOR ROLE plimsoll_owner IN SCHEMA public GRANT SELECT ON TABLES TO plimsoll_app;
ALTER DEFAULT PRIVILEGES FOR ROLE plimsoll_owner IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO plimsoll_app;
ALTER DEFAULT PRIVILEGES FOR ROLE plimsoll_owner REVOKE EXECUTE ON FUNCTIONS FROM public;
