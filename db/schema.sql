-- The schema of NEXUS on PostgreSQL. Generated from db/tables.py by `make generate`; do not edit.
-- Amounts named *_usd are whole nano-dollars (1 dollar = 1,000,000,000).

CREATE TABLE agent_metrics (
	id VARCHAR(64) NOT NULL,
	created_at TIMESTAMP WITH TIME ZONE NOT NULL,
	work_order_id VARCHAR(128) NOT NULL,
	session_id VARCHAR(128),
	agent_name VARCHAR(64) NOT NULL,
	role VARCHAR(16) NOT NULL,
	model VARCHAR(128) NOT NULL,
	provider VARCHAR(32) NOT NULL,
	success BOOLEAN NOT NULL,
	latency_ms INTEGER NOT NULL,
	prompt_tokens INTEGER NOT NULL,
	completion_tokens INTEGER NOT NULL,
	cost_usd BIGINT,
	CONSTRAINT pk_agent_metrics PRIMARY KEY (id)
);
CREATE INDEX ix_agent_metrics_agent_name_created_at ON agent_metrics (agent_name, created_at);
CREATE INDEX ix_agent_metrics_created_at ON agent_metrics (created_at);

-- What the owner is told without having asked, on every channel that can.
CREATE TABLE alerts (
	id VARCHAR(64) NOT NULL,
	created_at TIMESTAMP WITH TIME ZONE NOT NULL,
	key VARCHAR(255) NOT NULL,
	kind VARCHAR(32) NOT NULL,
	severity VARCHAR(16) NOT NULL,
	text TEXT NOT NULL,
	details TEXT NOT NULL,
	CONSTRAINT pk_alerts PRIMARY KEY (id),
	CONSTRAINT uq_alerts_key UNIQUE (key)
);

CREATE TABLE audit_logs (
	id VARCHAR(64) NOT NULL,
	created_at TIMESTAMP WITH TIME ZONE NOT NULL,
	actor VARCHAR(128) NOT NULL,
	action VARCHAR(64) NOT NULL,
	status VARCHAR(32) NOT NULL,
	work_order_id VARCHAR(128),
	session_id VARCHAR(128),
	details TEXT NOT NULL,
	CONSTRAINT pk_audit_logs PRIMARY KEY (id)
);
CREATE INDEX ix_audit_logs_created_at ON audit_logs (created_at);
CREATE INDEX ix_audit_logs_work_order_id ON audit_logs (work_order_id);

-- Limits that the owner has changed while the company runs; they stand above the settings.
CREATE TABLE budget_limits (
	scope VARCHAR(16) NOT NULL,
	kind VARCHAR(8) NOT NULL,
	is_set BOOLEAN NOT NULL,
	limit_usd BIGINT,
	changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
	changed_by VARCHAR(128) NOT NULL,
	CONSTRAINT pk_budget_limits PRIMARY KEY (scope, kind)
);

-- Sums of the ledger's paid calls, kept with every call: what a reservation is checked against.
CREATE TABLE budget_windows (
	scope VARCHAR(16) NOT NULL,
	period VARCHAR(10) NOT NULL,
	spent_usd BIGINT NOT NULL,
	reserved_usd BIGINT NOT NULL,
	elsewhere_usd BIGINT NOT NULL,
	warned_at TIMESTAMP WITH TIME ZONE,
	CONSTRAINT pk_budget_windows PRIMARY KEY (scope, period)
);

-- Runs of tools. A due time is claimed by the one row that can be written for it.
CREATE TABLE equipment_runs (
	id VARCHAR(64) NOT NULL,
	tool VARCHAR(64) NOT NULL,
	place VARCHAR(128) NOT NULL,
	due_at TIMESTAMP WITH TIME ZONE,
	attempt INTEGER NOT NULL,
	status VARCHAR(16) NOT NULL,
	parameters TEXT NOT NULL,
	triggered_by VARCHAR(128) NOT NULL,
	tell VARCHAR(160),
	told_at TIMESTAMP WITH TIME ZONE,
	holder VARCHAR(128) NOT NULL,
	lease_until TIMESTAMP WITH TIME ZONE,
	started_at TIMESTAMP WITH TIME ZONE NOT NULL,
	finished_at TIMESTAMP WITH TIME ZONE,
	exit_code INTEGER,
	output TEXT,
	output_bytes BIGINT,
	asked_at TIMESTAMP WITH TIME ZONE,
	request_key VARCHAR(64),
	CONSTRAINT pk_equipment_runs PRIMARY KEY (id),
	CONSTRAINT uq_equipment_runs_tool_place_due_at_attempt UNIQUE (tool, place, due_at, attempt)
);
CREATE INDEX ix_equipment_runs_asked ON equipment_runs (id) WHERE status = 'asked';
CREATE UNIQUE INDEX ix_equipment_runs_request_key ON equipment_runs (request_key) WHERE request_key IS NOT NULL;
CREATE INDEX ix_equipment_runs_running ON equipment_runs (lease_until) WHERE lease_until IS NOT NULL;
CREATE INDEX ix_equipment_runs_tool_id ON equipment_runs (tool, id);
CREATE INDEX ix_equipment_runs_untold ON equipment_runs (id) WHERE tell IS NOT NULL AND told_at IS NULL;

-- Since when a tool's due times count, and what the owner changed: schedule, pause, channel.
CREATE TABLE equipment_schedules (
	tool VARCHAR(64) NOT NULL,
	counts_from TIMESTAMP WITH TIME ZONE NOT NULL,
	cron VARCHAR(128),
	is_paused BOOLEAN NOT NULL,
	parameters TEXT,
	tell VARCHAR(160),
	changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
	changed_by VARCHAR(128) NOT NULL,
	CONSTRAINT pk_equipment_schedules PRIMARY KEY (tool)
);

-- Changes of the status of the company's parts; the newest row of a part holds.
CREATE TABLE health_changes (
	id VARCHAR(64) NOT NULL,
	at TIMESTAMP WITH TIME ZONE NOT NULL,
	component VARCHAR(64) NOT NULL,
	status VARCHAR(16) NOT NULL,
	reason TEXT NOT NULL,
	host VARCHAR(128) NOT NULL,
	CONSTRAINT pk_health_changes PRIMARY KEY (id)
);
CREATE INDEX ix_health_changes_component_id ON health_changes (component, id);

-- Messages already taken from channels that redeliver.
CREATE TABLE inbound (
	channel VARCHAR(16) NOT NULL,
	update_id VARCHAR(128) NOT NULL,
	order_id VARCHAR(64),
	received_at TIMESTAMP WITH TIME ZONE NOT NULL,
	payload TEXT,
	handled_at TIMESTAMP WITH TIME ZONE,
	CONSTRAINT pk_inbound PRIMARY KEY (channel, update_id)
);
CREATE INDEX ix_inbound_order_id ON inbound (order_id);
CREATE INDEX ix_inbound_waiting ON inbound (received_at) WHERE payload IS NOT NULL;

-- What only one process may do at a time.
CREATE TABLE leases (
	name VARCHAR(128) NOT NULL,
	holder VARCHAR(128) NOT NULL,
	until TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT pk_leases PRIMARY KEY (name)
);

-- Channels of one person that share a conversation. What is not here shares nothing.
CREATE TABLE linked_channels (
	channel VARCHAR(16) NOT NULL,
	account VARCHAR(64) NOT NULL,
	person VARCHAR(128) NOT NULL,
	linked_at TIMESTAMP WITH TIME ZONE NOT NULL,
	linked_by VARCHAR(128) NOT NULL,
	unlinked_at TIMESTAMP WITH TIME ZONE,
	CONSTRAINT pk_linked_channels PRIMARY KEY (channel, account)
);

-- What the newest probe or call said of each model of the payroll.
CREATE TABLE model_health (
	provider VARCHAR(32) NOT NULL,
	model VARCHAR(128) NOT NULL,
	status VARCHAR(16) NOT NULL,
	detail TEXT NOT NULL,
	ends VARCHAR(10),
	checked_at TIMESTAMP WITH TIME ZONE NOT NULL,
	checked_by VARCHAR(128) NOT NULL,
	CONSTRAINT pk_model_health PRIMARY KEY (provider, model)
);

-- Conversations. A session's events and messages are numbered and ordered within it.
CREATE TABLE sessions (
	id VARCHAR(64) NOT NULL,
	user_id VARCHAR(128) NOT NULL,
	channel VARCHAR(16) NOT NULL,
	last_seq BIGINT NOT NULL,
	created_at TIMESTAMP WITH TIME ZONE NOT NULL,
	updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT pk_sessions PRIMARY KEY (id)
);
CREATE INDEX ix_sessions_user_id_updated_at_id ON sessions (user_id, updated_at, id);

-- The conversation that a person's linked channels go on with.
CREATE TABLE shared_conversations (
	person VARCHAR(128) NOT NULL,
	session_id VARCHAR(64),
	updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT pk_shared_conversations PRIMARY KEY (person)
);

-- The mode log: when a host went over to its spool, and when it came back. The newest row holds.
CREATE TABLE store_modes (
	id VARCHAR(64) NOT NULL,
	at TIMESTAMP WITH TIME ZONE NOT NULL,
	host VARCHAR(128) NOT NULL,
	mode VARCHAR(16) NOT NULL,
	reason TEXT NOT NULL,
	CONSTRAINT pk_store_modes PRIMARY KEY (id)
);

-- What the owner turns on and off: `frozen` stops every paid call.
CREATE TABLE switches (
	name VARCHAR(32) NOT NULL,
	is_on BOOLEAN NOT NULL,
	changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
	changed_by VARCHAR(128) NOT NULL,
	reason TEXT NOT NULL,
	CONSTRAINT pk_switches PRIMARY KEY (name)
);

-- Each chat's conversation.
CREATE TABLE telegram_chats (
	chat_id BIGINT NOT NULL,
	session_id VARCHAR(64),
	updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT pk_telegram_chats PRIMARY KEY (chat_id)
);

-- Orders that came from a chat, and whose answer goes there.
CREATE TABLE telegram_orders (
	order_id VARCHAR(64) NOT NULL,
	chat_id BIGINT NOT NULL,
	user_id BIGINT NOT NULL,
	session_id VARCHAR(64) NOT NULL,
	asked_by BIGINT,
	language VARCHAR(16) NOT NULL,
	created_at TIMESTAMP WITH TIME ZONE NOT NULL,
	answered_at TIMESTAMP WITH TIME ZONE,
	CONSTRAINT pk_telegram_orders PRIMARY KEY (order_id)
);
CREATE INDEX ix_telegram_orders_chat_id_order_id ON telegram_orders (chat_id, order_id);
CREATE INDEX ix_telegram_orders_open ON telegram_orders (order_id) WHERE answered_at IS NULL;

-- Who has written to the bot, and who may.
CREATE TABLE telegram_people (
	user_id BIGINT NOT NULL,
	name VARCHAR(128) NOT NULL,
	language VARCHAR(16),
	status VARCHAR(16) NOT NULL,
	code_hash VARCHAR(64),
	code_until TIMESTAMP WITH TIME ZONE,
	first_seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
	decided_at TIMESTAMP WITH TIME ZONE,
	decided_by VARCHAR(128),
	greeted_at TIMESTAMP WITH TIME ZONE,
	CONSTRAINT pk_telegram_people PRIMARY KEY (user_id),
	CONSTRAINT uq_telegram_people_code_hash UNIQUE (code_hash)
);

-- Messages the bot sends: written before, and after with the message's id.
CREATE TABLE telegram_sends (
	key VARCHAR(160) NOT NULL,
	order_id VARCHAR(64),
	chat_id BIGINT NOT NULL,
	message_id BIGINT,
	doubts INTEGER NOT NULL,
	started_at TIMESTAMP WITH TIME ZONE NOT NULL,
	sent_at TIMESTAMP WITH TIME ZONE,
	CONSTRAINT pk_telegram_sends PRIMARY KEY (key)
);
CREATE INDEX ix_telegram_sends_chat_id_message_id ON telegram_sends (chat_id, message_id);
CREATE INDEX ix_telegram_sends_order_id ON telegram_sends (order_id);

-- Tokens that were handed out. What a token may do stands here, not in it.
CREATE TABLE tokens (
	jti VARCHAR(64) NOT NULL,
	name VARCHAR(64) NOT NULL,
	role VARCHAR(16) NOT NULL,
	created_at TIMESTAMP WITH TIME ZONE NOT NULL,
	created_by VARCHAR(128) NOT NULL,
	expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
	revoked_at TIMESTAMP WITH TIME ZONE,
	CONSTRAINT pk_tokens PRIMARY KEY (jti)
);

-- One-use tickets for the WebSocket; a row goes when it is used.
CREATE TABLE ws_tickets (
	hash VARCHAR(64) NOT NULL,
	principal VARCHAR(128) NOT NULL,
	role VARCHAR(16) NOT NULL,
	expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT pk_ws_tickets PRIMARY KEY (hash)
);

-- What happened, in order and without gaps within a session.
CREATE TABLE events (
	session_id VARCHAR(64) NOT NULL,
	seq BIGINT NOT NULL,
	order_id VARCHAR(64) NOT NULL,
	type VARCHAR(32) NOT NULL,
	payload TEXT NOT NULL,
	created_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT pk_events PRIMARY KEY (session_id, seq),
	CONSTRAINT fk_events_session_id_sessions FOREIGN KEY(session_id) REFERENCES sessions (id)
);
CREATE INDEX ix_events_order_id ON events (order_id);

-- One unit of work. Terminal statuses never change.
CREATE TABLE work_orders (
	id VARCHAR(64) NOT NULL,
	session_id VARCHAR(64) NOT NULL,
	channel VARCHAR(16) NOT NULL,
	content TEXT NOT NULL,
	status VARCHAR(16) NOT NULL,
	owner VARCHAR(16) NOT NULL,
	difficulty VARCHAR(16),
	requested_tier VARCHAR(16),
	tier_reason TEXT,
	tier_rule VARCHAR(64),
	spec TEXT,
	context TEXT,
	left_out TEXT,
	fence INTEGER NOT NULL,
	claims INTEGER NOT NULL,
	attempts INTEGER NOT NULL,
	lease_owner VARCHAR(128),
	lease_until TIMESTAMP WITH TIME ZONE,
	available_at TIMESTAMP WITH TIME ZONE NOT NULL,
	cancel_requested_at TIMESTAMP WITH TIME ZONE,
	retry_of VARCHAR(64),
	deadline_at TIMESTAMP WITH TIME ZONE NOT NULL,
	budget_usd BIGINT,
	approved_usd BIGINT,
	hold TEXT,
	result TEXT,
	failure_reason TEXT,
	receipt TEXT,
	created_at TIMESTAMP WITH TIME ZONE NOT NULL,
	updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
	finished_at TIMESTAMP WITH TIME ZONE,
	CONSTRAINT pk_work_orders PRIMARY KEY (id),
	CONSTRAINT fk_work_orders_session_id_sessions FOREIGN KEY(session_id) REFERENCES sessions (id)
);
CREATE INDEX ix_work_orders_open ON work_orders (lease_until) WHERE finished_at IS NULL;
CREATE INDEX ix_work_orders_owner_id ON work_orders (owner, id);
CREATE INDEX ix_work_orders_retry_of ON work_orders (retry_of) WHERE retry_of IS NOT NULL;
CREATE INDEX ix_work_orders_session_id ON work_orders (session_id);
CREATE INDEX ix_work_orders_status_id ON work_orders (status, id);
CREATE INDEX ix_work_orders_status_owner_id ON work_orders (status, owner, id);

-- What came with a message besides its words.
CREATE TABLE attachments (
	id VARCHAR(64) NOT NULL,
	order_id VARCHAR(64) NOT NULL,
	n INTEGER NOT NULL,
	kind VARCHAR(16) NOT NULL,
	name TEXT,
	media_type VARCHAR(64) NOT NULL,
	size INTEGER NOT NULL,
	sha256 VARCHAR(64) NOT NULL,
	data BYTEA,
	text TEXT,
	created_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT pk_attachments PRIMARY KEY (id),
	CONSTRAINT uq_attachments_order_id_n UNIQUE (order_id, n),
	CONSTRAINT fk_attachments_order_id_work_orders FOREIGN KEY(order_id) REFERENCES work_orders (id)
);

-- One employee's try at one order.
CREATE TABLE attempts (
	id VARCHAR(64) NOT NULL,
	order_id VARCHAR(64) NOT NULL,
	n INTEGER NOT NULL,
	fence INTEGER NOT NULL,
	role VARCHAR(16) NOT NULL,
	model VARCHAR(128) NOT NULL,
	provider VARCHAR(32) NOT NULL,
	status VARCHAR(16) NOT NULL,
	feedback TEXT,
	answer TEXT,
	error TEXT,
	started_at TIMESTAMP WITH TIME ZONE NOT NULL,
	finished_at TIMESTAMP WITH TIME ZONE,
	CONSTRAINT pk_attempts PRIMARY KEY (id),
	CONSTRAINT uq_attempts_order_id_n UNIQUE (order_id, n),
	CONSTRAINT fk_attempts_order_id_work_orders FOREIGN KEY(order_id) REFERENCES work_orders (id)
);

-- One visible answer per order, channel and target.
CREATE TABLE deliveries (
	id VARCHAR(64) NOT NULL,
	order_id VARCHAR(64) NOT NULL,
	channel VARCHAR(16) NOT NULL,
	target VARCHAR(128) NOT NULL,
	status VARCHAR(16) NOT NULL,
	created_at TIMESTAMP WITH TIME ZONE NOT NULL,
	sent_at TIMESTAMP WITH TIME ZONE,
	CONSTRAINT pk_deliveries PRIMARY KEY (id),
	CONSTRAINT uq_deliveries_order_id_channel_target UNIQUE (order_id, channel, target),
	CONSTRAINT fk_deliveries_order_id_work_orders FOREIGN KEY(order_id) REFERENCES work_orders (id)
);

CREATE TABLE idempotency_keys (
	scope VARCHAR(128) NOT NULL,
	key VARCHAR(255) NOT NULL,
	fingerprint VARCHAR(64) NOT NULL,
	order_id VARCHAR(64) NOT NULL,
	expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT pk_idempotency_keys PRIMARY KEY (scope, key),
	CONSTRAINT fk_idempotency_keys_order_id_work_orders FOREIGN KEY(order_id) REFERENCES work_orders (id)
);
CREATE INDEX ix_idempotency_keys_expires_at ON idempotency_keys (expires_at);
CREATE INDEX ix_idempotency_keys_order_id ON idempotency_keys (order_id);

-- The conversation, kept in full.
CREATE TABLE messages (
	id VARCHAR(64) NOT NULL,
	session_id VARCHAR(64) NOT NULL,
	order_id VARCHAR(64) NOT NULL,
	role VARCHAR(16) NOT NULL,
	content TEXT NOT NULL,
	created_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT pk_messages PRIMARY KEY (id),
	CONSTRAINT fk_messages_session_id_sessions FOREIGN KEY(session_id) REFERENCES sessions (id),
	CONSTRAINT fk_messages_order_id_work_orders FOREIGN KEY(order_id) REFERENCES work_orders (id)
);
CREATE INDEX ix_messages_order_id ON messages (order_id);
CREATE INDEX ix_messages_session_id_id ON messages (session_id, id);

-- Orders that wait for a worker. The row goes when a worker claims the order.
CREATE TABLE outbox (
	order_id VARCHAR(64) NOT NULL,
	role VARCHAR(16) NOT NULL,
	ring_at TIMESTAMP WITH TIME ZONE NOT NULL,
	rings INTEGER NOT NULL,
	CONSTRAINT pk_outbox PRIMARY KEY (order_id),
	CONSTRAINT fk_outbox_order_id_work_orders FOREIGN KEY(order_id) REFERENCES work_orders (id)
);
CREATE INDEX ix_outbox_ring_at ON outbox (ring_at);

-- Why each order went to its tier, written with its assignment.
CREATE TABLE route_decisions (
	order_id VARCHAR(64) NOT NULL,
	at TIMESTAMP WITH TIME ZONE NOT NULL,
	layer VARCHAR(32) NOT NULL,
	router_version VARCHAR(64),
	success TEXT,
	costs TEXT,
	expected_usd BIGINT,
	chosen VARCHAR(16) NOT NULL,
	path TEXT NOT NULL,
	floor VARCHAR(16),
	explored BOOLEAN NOT NULL,
	explore_usd BIGINT,
	propensity FLOAT NOT NULL,
	confidence FLOAT NOT NULL,
	reasons TEXT NOT NULL,
	latency_us INTEGER NOT NULL,
	CONSTRAINT pk_route_decisions PRIMARY KEY (order_id),
	CONSTRAINT fk_route_decisions_order_id_work_orders FOREIGN KEY(order_id) REFERENCES work_orders (id)
);
CREATE INDEX ix_route_decisions_explored ON route_decisions (at) WHERE explored;

-- Summaries of a session's turns by a local model. Only one that stands is ever sent, and only there.
CREATE TABLE summaries (
	session_id VARCHAR(64) NOT NULL,
	last INTEGER NOT NULL,
	order_id VARCHAR(64) NOT NULL,
	asked_at TIMESTAMP WITH TIME ZONE NOT NULL,
	status VARCHAR(16) NOT NULL,
	text TEXT,
	kept FLOAT,
	note TEXT,
	CONSTRAINT pk_summaries PRIMARY KEY (session_id, last),
	CONSTRAINT fk_summaries_session_id_sessions FOREIGN KEY(session_id) REFERENCES sessions (id),
	CONSTRAINT fk_summaries_order_id_work_orders FOREIGN KEY(order_id) REFERENCES work_orders (id)
);

-- The ledger: a row is written before every call and settled after it.
CREATE TABLE model_calls (
	id VARCHAR(64) NOT NULL,
	order_id VARCHAR(64) NOT NULL,
	attempt_id VARCHAR(64),
	purpose VARCHAR(16) NOT NULL,
	role VARCHAR(16) NOT NULL,
	provider VARCHAR(32) NOT NULL,
	model VARCHAR(128) NOT NULL,
	status VARCHAR(16) NOT NULL,
	prompt_hash VARCHAR(64) NOT NULL,
	prompt TEXT NOT NULL,
	answer TEXT,
	finish_reason VARCHAR(32),
	input_tokens INTEGER NOT NULL,
	output_tokens INTEGER NOT NULL,
	cache_read_tokens INTEGER NOT NULL,
	cache_write_tokens INTEGER NOT NULL,
	price TEXT,
	worst_case_usd BIGINT,
	cost_usd BIGINT,
	trouble VARCHAR(16),
	ceo_usd BIGINT,
	budget_day VARCHAR(10),
	latency_ms INTEGER,
	request_id VARCHAR(128),
	error TEXT,
	started_at TIMESTAMP WITH TIME ZONE NOT NULL,
	finished_at TIMESTAMP WITH TIME ZONE,
	CONSTRAINT pk_model_calls PRIMARY KEY (id),
	CONSTRAINT fk_model_calls_order_id_work_orders FOREIGN KEY(order_id) REFERENCES work_orders (id),
	CONSTRAINT fk_model_calls_attempt_id_attempts FOREIGN KEY(attempt_id) REFERENCES attempts (id)
);
CREATE INDEX ix_model_calls_attempt_id ON model_calls (attempt_id);
CREATE INDEX ix_model_calls_order_id ON model_calls (order_id);
CREATE INDEX ix_model_calls_started_at ON model_calls (started_at);

-- What QA found, one verdict an attempt.
CREATE TABLE verdicts (
	id VARCHAR(64) NOT NULL,
	order_id VARCHAR(64) NOT NULL,
	attempt_id VARCHAR(64) NOT NULL,
	passed BOOLEAN NOT NULL,
	checks TEXT NOT NULL,
	created_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT pk_verdicts PRIMARY KEY (id),
	CONSTRAINT fk_verdicts_order_id_work_orders FOREIGN KEY(order_id) REFERENCES work_orders (id),
	CONSTRAINT uq_verdicts_attempt_id UNIQUE (attempt_id),
	CONSTRAINT fk_verdicts_attempt_id_attempts FOREIGN KEY(attempt_id) REFERENCES attempts (id)
);
CREATE INDEX ix_verdicts_order_id ON verdicts (order_id);
