DROP TABLE contracts_importmade;
DROP TABLE contracts_importstage;
