-- A spool as Gatepost wrote it when its files were of version 2: three waiting events for each of
-- two pixels and a dead letter, and a waiting event with a test code. Its text is what sqlite3's .dump says.
PRAGMA page_size = 4096;
PRAGMA auto_vacuum = INCREMENTAL;
BEGIN TRANSACTION;
CREATE TABLE pixels (
    number   INTEGER PRIMARY KEY,
    id       TEXT NOT NULL UNIQUE,
    reserved INTEGER NOT NULL
) STRICT;
INSERT INTO pixels VALUES(1,'C0EXAMPLE0PIXEL0CODE',65536);
INSERT INTO pixels VALUES(2,'C0OTHER00PIXEL00CODE',65536);
CREATE TABLE records (
    id            INTEGER PRIMARY KEY,
    size          INTEGER NOT NULL,
    received      INTEGER NOT NULL,
    event_time    INTEGER NOT NULL,
    duplicate_key BLOB NOT NULL,
    event         TEXT NOT NULL,
    event_id      TEXT NOT NULL,
    controller    TEXT NOT NULL,
    subjects      BLOB NOT NULL,
    evidence      TEXT NOT NULL,
    payload       TEXT NOT NULL,
    variant       TEXT NOT NULL DEFAULT ''
) STRICT;
INSERT INTO records VALUES(1099511627777,671,1795396756655,1795396756,X'49587ef5e8f1a4a5ce8453d09d74e7bf','Purchase','C0EXAMPLE0PIXEL0CODE-1','default',X'0133f2a098092df8c842d5f02d3e6444e6','{"decision":{"action":"send","rule":"explicit-grant","source":"body:consent.marketing","regime":"opt_in","country":"DE"},"jurisdiction":{"country":"DE","regime":"opt_in","source":"visitor"},"findings":[{"source":"body:consent.marketing","format":"body","state":"granted"}],"config":"63e510e20dba"}','{"event":"Purchase","event_time":1795396756,"event_id":"C0EXAMPLE0PIXEL0CODE-1","user":{"email":["ff8d9819fc0e12bf0d24892e45987e249a28dce836a85cad60e28eaaa8c6d976"]},"page":{"url":"https://shop.example/thanks"},"properties":{"value":46.0,"currency":"USD"}}','');
INSERT INTO records VALUES(1099511627778,671,1795396756687,1795396756,X'ca0272f67178cc7b2b2bba97ab1aa5d4','Purchase','C0EXAMPLE0PIXEL0CODE-2','default',X'0133f2a098092df8c842d5f02d3e6444e6','{"decision":{"action":"send","rule":"explicit-grant","source":"body:consent.marketing","regime":"opt_in","country":"DE"},"jurisdiction":{"country":"DE","regime":"opt_in","source":"visitor"},"findings":[{"source":"body:consent.marketing","format":"body","state":"granted"}],"config":"63e510e20dba"}','{"event":"Purchase","event_time":1795396756,"event_id":"C0EXAMPLE0PIXEL0CODE-2","user":{"email":["ff8d9819fc0e12bf0d24892e45987e249a28dce836a85cad60e28eaaa8c6d976"]},"page":{"url":"https://shop.example/thanks"},"properties":{"value":46.0,"currency":"USD"}}','');
INSERT INTO records VALUES(1099511627779,671,1795396756713,1795396756,X'b20813a3db085051b7017cca5dc5c16e','Purchase','C0EXAMPLE0PIXEL0CODE-3','default',X'0133f2a098092df8c842d5f02d3e6444e6','{"decision":{"action":"send","rule":"explicit-grant","source":"body:consent.marketing","regime":"opt_in","country":"DE"},"jurisdiction":{"country":"DE","regime":"opt_in","source":"visitor"},"findings":[{"source":"body:consent.marketing","format":"body","state":"granted"}],"config":"63e510e20dba"}','{"event":"Purchase","event_time":1795396756,"event_id":"C0EXAMPLE0PIXEL0CODE-3","user":{"email":["ff8d9819fc0e12bf0d24892e45987e249a28dce836a85cad60e28eaaa8c6d976"]},"page":{"url":"https://shop.example/thanks"},"properties":{"value":46.0,"currency":"USD"}}','');
INSERT INTO records VALUES(2199023255552,671,1795396756744,1795396756,X'0cceb31056ffff629d4261c5db3f3790','Purchase','C0OTHER00PIXEL00CODE-1','default',X'0133f2a098092df8c842d5f02d3e6444e6','{"decision":{"action":"send","rule":"explicit-grant","source":"body:consent.marketing","regime":"opt_in","country":"DE"},"jurisdiction":{"country":"DE","regime":"opt_in","source":"visitor"},"findings":[{"source":"body:consent.marketing","format":"body","state":"granted"}],"config":"63e510e20dba"}','{"event":"Purchase","event_time":1795396756,"event_id":"C0OTHER00PIXEL00CODE-1","user":{"email":["ff8d9819fc0e12bf0d24892e45987e249a28dce836a85cad60e28eaaa8c6d976"]},"page":{"url":"https://shop.example/thanks"},"properties":{"value":46.0,"currency":"USD"}}','');
INSERT INTO records VALUES(2199023255553,671,1795396756767,1795396756,X'2b110d524285a42bea5269151bb31cfa','Purchase','C0OTHER00PIXEL00CODE-2','default',X'0133f2a098092df8c842d5f02d3e6444e6','{"decision":{"action":"send","rule":"explicit-grant","source":"body:consent.marketing","regime":"opt_in","country":"DE"},"jurisdiction":{"country":"DE","regime":"opt_in","source":"visitor"},"findings":[{"source":"body:consent.marketing","format":"body","state":"granted"}],"config":"63e510e20dba"}','{"event":"Purchase","event_time":1795396756,"event_id":"C0OTHER00PIXEL00CODE-2","user":{"email":["ff8d9819fc0e12bf0d24892e45987e249a28dce836a85cad60e28eaaa8c6d976"]},"page":{"url":"https://shop.example/thanks"},"properties":{"value":46.0,"currency":"USD"}}','');
INSERT INTO records VALUES(2199023255554,671,1795396756803,1795396756,X'f5f1e9a38c15c754c4bbe1b675c26cf7','Purchase','C0OTHER00PIXEL00CODE-3','default',X'0133f2a098092df8c842d5f02d3e6444e6','{"decision":{"action":"send","rule":"explicit-grant","source":"body:consent.marketing","regime":"opt_in","country":"DE"},"jurisdiction":{"country":"DE","regime":"opt_in","source":"visitor"},"findings":[{"source":"body:consent.marketing","format":"body","state":"granted"}],"config":"63e510e20dba"}','{"event":"Purchase","event_time":1795396756,"event_id":"C0OTHER00PIXEL00CODE-3","user":{"email":["ff8d9819fc0e12bf0d24892e45987e249a28dce836a85cad60e28eaaa8c6d976"]},"page":{"url":"https://shop.example/thanks"},"properties":{"value":46.0,"currency":"USD"}}','');
INSERT INTO records VALUES(2199023255555,543,1795396756851,1795396756,X'3f4c379fdc177d64f24f4cfbf1e67868','Purchase','with-test-code','default',X'0133f2a098092df8c842d5f02d3e6444e6','{"decision":{"action":"send","rule":"explicit-grant","source":"body:consent.marketing","regime":"opt_in"},"jurisdiction":{"regime":"opt_in","source":"default"},"findings":[{"source":"body:consent.marketing","format":"body","state":"granted"}],"config":"63e510e20dba"}','{"event":"Purchase","event_time":1795396756,"event_id":"with-test-code","user":{"email":["ff8d9819fc0e12bf0d24892e45987e249a28dce836a85cad60e28eaaa8c6d976"]}}','TEST4711');
CREATE TABLE dead (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    pixel         INTEGER NOT NULL,
    at            INTEGER NOT NULL,
    size          INTEGER NOT NULL,
    reason        TEXT NOT NULL,
    code          INTEGER NOT NULL,
    message       TEXT NOT NULL,
    request_id    TEXT NOT NULL,
    attempts      INTEGER NOT NULL,
    received      INTEGER NOT NULL,
    event_time    INTEGER NOT NULL,
    duplicate_key BLOB NOT NULL,
    event         TEXT NOT NULL,
    event_id      TEXT NOT NULL,
    controller    TEXT NOT NULL,
    subjects      BLOB NOT NULL,
    evidence      TEXT NOT NULL,
    payload       TEXT NOT NULL,
    variant       TEXT NOT NULL DEFAULT ''
) STRICT;
INSERT INTO dead VALUES(1,1,1795396756025,493,'invalid',40002,'data.0.event: not known here','f2c06c532abfec6f07cd031fb73db5d2',1,1795396755923,1795396755,X'6121909d4a2bcc26e8f3a0b2a59313ff','Purchase','dead-1','default',X'','{"decision":{"action":"send","rule":"explicit-grant","source":"body:consent.marketing","regime":"opt_in"},"jurisdiction":{"regime":"opt_in","source":"default"},"findings":[{"source":"body:consent.marketing","format":"body","state":"granted"}],"config":"63e510e20dba"}','{"event":"Purchase","event_time":1795396755,"event_id":"dead-1","user":{}}','');
CREATE TABLE key_log (
    id    INTEGER PRIMARY KEY,
    at    INTEGER NOT NULL,
    freed BLOB NOT NULL,
    added BLOB NOT NULL
) STRICT;
INSERT INTO key_log VALUES(1,1795396755923,X'',X'6121909d4a2bcc26e8f3a0b2a59313ff');
INSERT INTO key_log VALUES(2,1795396756025,X'6121909d4a2bcc26e8f3a0b2a59313ff',X'');
INSERT INTO key_log VALUES(3,1795396756655,X'',X'49587ef5e8f1a4a5ce8453d09d74e7bf');
INSERT INTO key_log VALUES(4,1795396756687,X'',X'ca0272f67178cc7b2b2bba97ab1aa5d4');
INSERT INTO key_log VALUES(5,1795396756713,X'',X'b20813a3db085051b7017cca5dc5c16e');
INSERT INTO key_log VALUES(6,1795396756747,X'',X'0cceb31056ffff629d4261c5db3f3790');
INSERT INTO key_log VALUES(7,1795396756771,X'',X'2b110d524285a42bea5269151bb31cfa');
INSERT INTO key_log VALUES(8,1795396756803,X'',X'f5f1e9a38c15c754c4bbe1b675c26cf7');
INSERT INTO key_log VALUES(9,1795396756851,X'',X'3f4c379fdc177d64f24f4cfbf1e67868');
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES('dead',1);
COMMIT;
PRAGMA application_id = 1196454769;
PRAGMA user_version = 2;
PRAGMA journal_mode = WAL;
