-- The five roles, and the system user on whose behalf scheduled work runs. It is the first user, so it is its own
-- actor; its password is none (Django never accepts a hash that starts with an exclamation mark).
INSERT INTO auth_group (name)
VALUES ('operations'), ('risk'), ('finance'), ('compliance'), ('auditor')
ON CONFLICT (name) DO NOTHING;

SELECT
    set_config('plimsoll.actor_id', nextval(pg_get_serial_sequence('accounts_user', 'id'))::text, true),
    set_config('plimsoll.reason', 'The system user is set up', true);

INSERT INTO accounts_user (
    id, username, password, first_name, last_name, email, is_superuser, is_staff, is_active, date_joined
)
VALUES (
    current_setting('plimsoll.actor_id')::bigint, 'day-runner', '!', 'Day', 'runner', '', false, false, true,
    clock_timestamp()
)
ON CONFLICT (username) DO NOTHING;

SELECT set_config('plimsoll.actor_id', '', true), set_config('plimsoll.reason', '', true);
