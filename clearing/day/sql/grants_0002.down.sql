REVOKE UPDATE ON day_daystep, day_daychunk FROM plimsoll_app;
REVOKE INSERT ON day_dayrun, day_daystep, day_daychunk FROM plimsoll_app;
