-- The schema of revision 0001, with rows, as tom first wrote it.
PRAGMA journal_mode = WAL;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
CREATE TABLE user (
	id VARCHAR NOT NULL, 
	created_at VARCHAR NOT NULL, 
	PRIMARY KEY (id)
);
CREATE TABLE session (
	id INTEGER NOT NULL, 
	user_id VARCHAR NOT NULL, 
	host VARCHAR NOT NULL, 
	host_id VARCHAR NOT NULL, 
	cwd VARCHAR NOT NULL, 
	repository VARCHAR NOT NULL, 
	source VARCHAR NOT NULL, 
	started_at VARCHAR, 
	ended_at VARCHAR, 
	content_hash VARCHAR NOT NULL, 
	imported_at VARCHAR NOT NULL, 
	PRIMARY KEY (id), 
	CONSTRAINT uq_session_user_id_host_host_id UNIQUE (user_id, host, host_id), 
	FOREIGN KEY(user_id) REFERENCES user (id) ON DELETE CASCADE
);
CREATE TABLE turn (
	id INTEGER NOT NULL, 
	session_id INTEGER NOT NULL, 
	ordinal INTEGER NOT NULL, 
	role VARCHAR NOT NULL, 
	text VARCHAR NOT NULL, 
	attachment VARCHAR NOT NULL, 
	tool VARCHAR NOT NULL, 
	at VARCHAR, 
	PRIMARY KEY (id), 
	CONSTRAINT uq_turn_session_id_ordinal UNIQUE (session_id, ordinal), 
	FOREIGN KEY(session_id) REFERENCES session (id) ON DELETE CASCADE
);
CREATE TABLE session_model (
	session_id INTEGER NOT NULL, 
	intent VARCHAR NOT NULL, 
	summary VARCHAR NOT NULL, 
	reader VARCHAR NOT NULL, 
	content_hash VARCHAR NOT NULL, 
	made_at VARCHAR NOT NULL, 
	PRIMARY KEY (session_id), 
	FOREIGN KEY(session_id) REFERENCES session (id) ON DELETE CASCADE
);
CREATE TABLE observation (
	id INTEGER NOT NULL, 
	session_id INTEGER NOT NULL, 
	turn_id INTEGER NOT NULL, 
	quote VARCHAR NOT NULL, 
	kind VARCHAR NOT NULL, 
	source VARCHAR NOT NULL, 
	statement VARCHAR NOT NULL, 
	dimension VARCHAR NOT NULL, 
	value VARCHAR NOT NULL, 
	polarity VARCHAR NOT NULL, 
	reach VARCHAR NOT NULL, 
	scope_name VARCHAR NOT NULL, 
	count INTEGER NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(session_id) REFERENCES session (id) ON DELETE CASCADE, 
	FOREIGN KEY(turn_id) REFERENCES turn (id) ON DELETE CASCADE
);
CREATE TABLE belief (
	id INTEGER NOT NULL, 
	user_id VARCHAR NOT NULL, 
	kind VARCHAR NOT NULL, 
	statement VARCHAR NOT NULL, 
	dimension VARCHAR NOT NULL, 
	value VARCHAR NOT NULL, 
	polarity VARCHAR NOT NULL, 
	reach VARCHAR NOT NULL, 
	scope_name VARCHAR NOT NULL, 
	status VARCHAR NOT NULL, 
	confidence FLOAT NOT NULL, 
	superseded_by INTEGER, 
	first_seen VARCHAR NOT NULL, 
	last_seen VARCHAR NOT NULL, 
	PRIMARY KEY (id), 
	CONSTRAINT ck_belief_confidence CHECK (confidence BETWEEN 0 AND 1), 
	FOREIGN KEY(user_id) REFERENCES user (id) ON DELETE CASCADE, 
	FOREIGN KEY(superseded_by) REFERENCES belief (id) ON DELETE SET NULL
);
CREATE TABLE evidence (
	belief_id INTEGER NOT NULL, 
	observation_id INTEGER NOT NULL, 
	stance VARCHAR NOT NULL, 
	PRIMARY KEY (belief_id, observation_id), 
	FOREIGN KEY(belief_id) REFERENCES belief (id) ON DELETE CASCADE, 
	FOREIGN KEY(observation_id) REFERENCES observation (id) ON DELETE CASCADE
);
CREATE TABLE revision (
	id INTEGER NOT NULL, 
	belief_id INTEGER NOT NULL, 
	session_id INTEGER, 
	change VARCHAR NOT NULL, 
	reason VARCHAR NOT NULL, 
	status VARCHAR NOT NULL, 
	confidence FLOAT NOT NULL, 
	at VARCHAR NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(belief_id) REFERENCES belief (id) ON DELETE CASCADE, 
	FOREIGN KEY(session_id) REFERENCES session (id) ON DELETE SET NULL
);
CREATE TABLE consultation (
	id INTEGER NOT NULL, 
	user_id VARCHAR NOT NULL, 
	repository VARCHAR NOT NULL, 
	"query" VARCHAR NOT NULL, 
	action VARCHAR NOT NULL, 
	text VARCHAR NOT NULL, 
	cites VARCHAR NOT NULL, 
	confidence FLOAT NOT NULL, 
	outcome VARCHAR, 
	at VARCHAR NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(user_id) REFERENCES user (id) ON DELETE CASCADE
);
CREATE TABLE briefing (
	user_id VARCHAR NOT NULL, 
	repository VARCHAR NOT NULL, 
	text VARCHAR NOT NULL, 
	tokens INTEGER NOT NULL, 
	belief_ids VARCHAR NOT NULL, 
	made_at VARCHAR NOT NULL, 
	PRIMARY KEY (user_id, repository), 
	FOREIGN KEY(user_id) REFERENCES user (id) ON DELETE CASCADE
);
CREATE TABLE learn_queue (
	session_id INTEGER NOT NULL, 
	queued_at VARCHAR NOT NULL, 
	owner VARCHAR, 
	leased_until VARCHAR, 
	attempts INTEGER NOT NULL, 
	error VARCHAR, 
	PRIMARY KEY (session_id), 
	FOREIGN KEY(session_id) REFERENCES session (id) ON DELETE CASCADE
);
CREATE TABLE vector (
	"key" VARCHAR NOT NULL, 
	user_id VARCHAR NOT NULL, 
	model VARCHAR NOT NULL, 
	data BLOB, 
	"indexed" BOOLEAN NOT NULL, 
	PRIMARY KEY ("key"), 
	FOREIGN KEY(user_id) REFERENCES user (id) ON DELETE CASCADE
);
CREATE INDEX ix_session_user_id_started_at ON session (user_id, started_at);
CREATE INDEX ix_observation_session_id ON observation (session_id);
CREATE INDEX ix_observation_turn_id ON observation (turn_id);
CREATE INDEX ix_belief_user_id_status ON belief (user_id, status);
CREATE INDEX ix_belief_superseded_by ON belief (superseded_by);
CREATE INDEX ix_evidence_observation_id ON evidence (observation_id);
CREATE INDEX ix_revision_belief_id ON revision (belief_id);
CREATE INDEX ix_revision_session_id ON revision (session_id);
CREATE INDEX ix_consultation_user_id ON consultation (user_id);
CREATE INDEX ix_vector_user_id_key ON vector (user_id, key);
CREATE INDEX ix_vector_indexed ON vector ("indexed");
CREATE VIEW turn_user AS SELECT id, text FROM turn WHERE role = 'user';
CREATE VIEW turn_agent AS SELECT id, text FROM turn WHERE role = 'agent';
CREATE VIRTUAL TABLE turn_user_fts USING fts5(text, content='turn_user', content_rowid='id', tokenize='porter unicode61');
CREATE VIRTUAL TABLE turn_agent_fts USING fts5(text, content='turn_agent', content_rowid='id', tokenize='porter unicode61');
CREATE VIRTUAL TABLE belief_fts USING fts5(statement, content='belief', content_rowid='id', tokenize='porter unicode61');
CREATE TRIGGER turn_user_fts_after_insert AFTER INSERT ON turn WHEN new.role = 'user' BEGIN INSERT INTO turn_user_fts(rowid, text) VALUES (new.id, new.text); END;
CREATE TRIGGER turn_user_fts_after_delete AFTER DELETE ON turn WHEN old.role = 'user' BEGIN INSERT INTO turn_user_fts(turn_user_fts, rowid, text) VALUES ('delete', old.id, old.text); END;
CREATE TRIGGER turn_user_fts_before_update BEFORE UPDATE OF text ON turn WHEN old.role = 'user' BEGIN INSERT INTO turn_user_fts(turn_user_fts, rowid, text) VALUES ('delete', old.id, old.text); END;
CREATE TRIGGER turn_user_fts_after_update AFTER UPDATE OF text ON turn WHEN new.role = 'user' BEGIN INSERT INTO turn_user_fts(rowid, text) VALUES (new.id, new.text); END;
CREATE TRIGGER turn_agent_fts_after_insert AFTER INSERT ON turn WHEN new.role = 'agent' BEGIN INSERT INTO turn_agent_fts(rowid, text) VALUES (new.id, new.text); END;
CREATE TRIGGER turn_agent_fts_after_delete AFTER DELETE ON turn WHEN old.role = 'agent' BEGIN INSERT INTO turn_agent_fts(turn_agent_fts, rowid, text) VALUES ('delete', old.id, old.text); END;
CREATE TRIGGER turn_agent_fts_before_update BEFORE UPDATE OF text ON turn WHEN old.role = 'agent' BEGIN INSERT INTO turn_agent_fts(turn_agent_fts, rowid, text) VALUES ('delete', old.id, old.text); END;
CREATE TRIGGER turn_agent_fts_after_update AFTER UPDATE OF text ON turn WHEN new.role = 'agent' BEGIN INSERT INTO turn_agent_fts(rowid, text) VALUES (new.id, new.text); END;
CREATE TRIGGER belief_fts_after_insert AFTER INSERT ON belief WHEN true BEGIN INSERT INTO belief_fts(rowid, statement) VALUES (new.id, new.statement); END;
CREATE TRIGGER belief_fts_after_delete AFTER DELETE ON belief WHEN true BEGIN INSERT INTO belief_fts(belief_fts, rowid, statement) VALUES ('delete', old.id, old.statement); END;
CREATE TRIGGER belief_fts_before_update BEFORE UPDATE OF statement ON belief WHEN true BEGIN INSERT INTO belief_fts(belief_fts, rowid, statement) VALUES ('delete', old.id, old.statement); END;
CREATE TRIGGER belief_fts_after_update AFTER UPDATE OF statement ON belief WHEN true BEGIN INSERT INTO belief_fts(rowid, statement) VALUES (new.id, new.statement); END;
CREATE TRIGGER turn_vector_gone AFTER DELETE ON turn BEGIN UPDATE vector SET data = NULL, indexed = 0 WHERE key = 't:' || old.id; END;
CREATE TRIGGER belief_vector_gone AFTER DELETE ON belief BEGIN UPDATE vector SET data = NULL, indexed = 0 WHERE key = 'b:' || old.id; END;
INSERT INTO alembic_version VALUES ('0001');
INSERT INTO user VALUES ('ada', '2026-09-01 09:00:00.000000+00:00');
INSERT INTO session VALUES (1, 'ada', 'jsonl', 'one', '', '', '', '2026-09-01 09:00:00.000000+00:00', '2026-09-01 09:00:00.000000+00:00', 'hash', '2026-09-01 09:00:00.000000+00:00');
INSERT INTO turn VALUES (1, 1, 0, 'user', 'use pnpm please', '', '', '2026-09-01 09:00:00.000000+00:00');
INSERT INTO session_model VALUES (1, 'configuration', 'use pnpm please', 'embedded-1', 'hash', '2026-09-01 09:00:00.000000+00:00');
INSERT INTO observation VALUES (1, 1, 1, 'use pnpm please', 'preference', 'instruction', 'Use pnpm', 'package_manager', 'pnpm', 'for', 'everywhere', '', 1);
INSERT INTO belief VALUES (1, 'ada', 'preference', 'Use pnpm', 'package_manager', 'pnpm', 'for', 'everywhere', '', 'candidate', 0.5, NULL, '2026-09-01 09:00:00.000000+00:00', '2026-09-01 09:00:00.000000+00:00');
INSERT INTO evidence VALUES (1, 1, 'supports');
INSERT INTO revision VALUES (1, 1, 1, 'add', 'first heard', 'candidate', 0.5, '2026-09-01 09:00:00.000000+00:00');
