-- A database of grype's schema 6 with three records: the fix of a source package of Alpine 3.20, one that never
-- affected it, and the fix of an npm package.
CREATE TABLE affected_cpe_handles (id integer PRIMARY KEY, vulnerability_id integer, cpe_id integer, blob_id integer);
CREATE TABLE affected_package_handles (id integer PRIMARY KEY, vulnerability_id integer, operating_system_id integer, package_id integer, blob_id integer);
CREATE TABLE architecture_aliases (alias text PRIMARY KEY, canonical text);
CREATE TABLE blobs (id integer PRIMARY KEY, value text);
CREATE TABLE cpes (id integer PRIMARY KEY, part text, vendor text, product text, edition text, language text, software_edition text, target_hardware text, target_software text, other text);
CREATE TABLE cwe_handles (id integer PRIMARY KEY, cve text, cwe text, source text, type text);
CREATE TABLE db_metadata (build_timestamp datetime, model integer, revision integer, addition integer);
CREATE TABLE epss_handles (id integer PRIMARY KEY, cve text, epss real, percentile real);
CREATE TABLE epss_metadata (date datetime);
CREATE TABLE known_exploited_vulnerability_handles (id integer PRIMARY KEY, cve text, blob_id integer);
CREATE TABLE operating_system_specifier_overrides (alias text, version text, version_pattern text, codename text, channel text, replacement text, replacement_major_version text, replacement_minor_version text, replacement_label_version text, replacement_channel text, rolling numeric, applicable_client_db_schemas text);
CREATE TABLE operating_systems (id integer PRIMARY KEY, name text, release_id text, major_version text, minor_version text, label_version text, codename text, channel text, eol_date datetime, eoas_date datetime);
CREATE TABLE package_cpes (cpe_id integer, package_id integer);
CREATE TABLE package_specifier_overrides (ecosystem text, replacement_ecosystem text);
CREATE TABLE packages (id integer PRIMARY KEY, ecosystem text, name text);
CREATE TABLE providers (id text PRIMARY KEY, version text, processor text, date_captured datetime, input_digest text);
CREATE TABLE ssvc_handles (id integer PRIMARY KEY, cve text, source text, role text, version text, timestamp datetime, exploitation text, automatable text, technical_impact text);
CREATE TABLE unaffected_cpe_handles (id integer PRIMARY KEY, vulnerability_id integer, cpe_id integer, blob_id integer);
CREATE TABLE unaffected_package_handles (id integer PRIMARY KEY, vulnerability_id integer, operating_system_id integer, package_id integer, blob_id integer);
CREATE TABLE vulnerability_aliases (name text, alias text);
CREATE TABLE vulnerability_handles (id integer PRIMARY KEY, name text, status text, published_date datetime, modified_date datetime, withdrawn_date datetime, provider_id text, blob_id integer);
INSERT INTO db_metadata VALUES ('2026-11-27 00:00:00+00:00', 6, 1, 10);
INSERT INTO providers VALUES ('alpine', '1', 'hand', '2026-11-27 00:00:00+00:00', 'xxh64:0');
INSERT INTO operating_systems VALUES (1, 'alpine', 'alpine', '3', '20', '', '', '', NULL, NULL);
INSERT INTO packages VALUES (1, 'apk', 'openssl'), (2, 'apk', 'never'), (3, 'npm', 'tar');
INSERT INTO blobs VALUES
  (1, '{"id":"CVE-2099-0001","severities":[{"scheme":"CHMLN","value":"high","rank":1}]}'),
  (2, '{"cves":["CVE-2099-0001"],"ranges":[{"version":{"type":"apk","constraint":"< 3.0.99-r0"},"fix":{"version":"3.0.99-r0","state":"fixed"}}]}'),
  (3, '{"id":"CVE-2099-0002","severities":[{"scheme":"CHMLN","value":"high","rank":1}]}'),
  (4, '{"cves":["CVE-2099-0002"],"ranges":[{"version":{"type":"apk","constraint":"< 0"},"fix":{"version":"0","state":"fixed"}}]}'),
  (5, '{"id":"CVE-2099-0003","severities":[{"scheme":"CHMLN","value":"high","rank":1}]}'),
  (6, '{"cves":["CVE-2099-0003"],"ranges":[{"version":{"type":"semantic","constraint":"< 99.0.0"},"fix":{"version":"99.0.0","state":"fixed"}}]}');
INSERT INTO vulnerability_handles VALUES
  (1, 'CVE-2099-0001', 'active', '2026-11-27 00:00:00+00:00', '2026-11-27 00:00:00+00:00', NULL, 'alpine', 1),
  (2, 'CVE-2099-0002', 'active', '2026-11-27 00:00:00+00:00', '2026-11-27 00:00:00+00:00', NULL, 'alpine', 3),
  (3, 'CVE-2099-0003', 'active', '2026-11-27 00:00:00+00:00', '2026-11-27 00:00:00+00:00', NULL, 'alpine', 5);
INSERT INTO affected_package_handles VALUES (1, 1, 1, 1, 2), (2, 2, 1, 2, 4), (3, 3, NULL, 3, 6);
