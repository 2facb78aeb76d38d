-- Rights of the application's login. A run, its steps and its chunks are never deleted.
GRANT INSERT ON day_dayrun, day_daystep, day_daychunk TO plimsoll_app;
GRANT UPDATE ON day_daystep, day_daychunk TO plimsoll_app;
