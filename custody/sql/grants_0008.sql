-- What a corrected statement did is only ever added.
GRANT INSERT ON custody_replacementeffect TO plimsoll_app;
