-- What was said, decided and announced is only ever added to; instruments are kept up to date, with history.
GRANT INSERT, UPDATE ON marks_instrument TO plimsoll_app;
GRANT INSERT ON marks_pricesource, marks_quotefile, marks_quote, marks_rejectedquote TO plimsoll_app;
GRANT INSERT ON marks_mark, marks_quoteverdict, marks_corporateaction TO plimsoll_app;
