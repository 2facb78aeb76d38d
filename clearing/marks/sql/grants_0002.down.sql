REVOKE INSERT, UPDATE ON marks_instrument FROM plimsoll_app;
REVOKE INSERT ON marks_pricesource, marks_quotefile, marks_quote, marks_rejectedquote FROM plimsoll_app;
REVOKE INSERT ON marks_mark, marks_quoteverdict, marks_corporateaction FROM plimsoll_app;
