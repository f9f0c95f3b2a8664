-- Made from a migrated database, for reading: sql/NNNN_*.sql are what is run.

create table answer (
  id bigint generated always as identity not null,
  body_id bigint not null,
  request_id bigint,
  run_id bigint,
  symbol text not null,
  "interval" text not null,
  form text not null,
  zone text not null,
  received_at timestamp with time zone not null,
  reaches_to timestamp with time zone not null,
  place numeric,
  constraint answer_pkey PRIMARY KEY (id),
  constraint answer_body_id_fkey FOREIGN KEY (body_id) REFERENCES answer_body(id),
  constraint answer_request_id_fkey FOREIGN KEY (request_id) REFERENCES request(id) ON DELETE SET NULL,
  constraint answer_run_id_fkey FOREIGN KEY (run_id) REFERENCES run(id) ON DELETE SET NULL
);
comment on table answer is 'One answer of the vendor that gave rows, written in the transaction that stored them. Never deleted: bars and revisions name it.';
comment on column answer.zone is 'The IANA zone its intraday stamps are wall clock of.';
comment on column answer.reaches_to is 'Up to when it could hold trades: received_at less the delay of the key of that day.';
comment on column answer.place is 'Its place among the answers of its series, in the order they were told; null: at its id. One that was loaded stands between those it was told between.';
CREATE INDEX answer_in_order ON answer USING btree (symbol, "interval", COALESCE(place, (id)::numeric));
CREATE INDEX answer_of_request ON answer USING btree (request_id) WHERE (request_id IS NOT NULL);
CREATE INDEX answer_of_run ON answer USING btree (run_id) WHERE (run_id IS NOT NULL);
CREATE INDEX answer_of_series ON answer USING btree (symbol, "interval", id);

create table answer_body (
  id bigint generated always as identity not null,
  sha256 bytea not null,
  bytes integer not null,
  body text,
  last_received_at timestamp with time zone not null,
  constraint answer_body_pkey PRIMARY KEY (id),
  constraint answer_body_once UNIQUE (sha256),
  constraint answer_body_bytes_check CHECK ((bytes > 0)),
  constraint answer_body_sha256_check CHECK ((octet_length(sha256) = 32))
);
comment on table answer_body is 'What the vendor sent, key removed, each text once however often it came; compressed by PostgreSQL itself (TOAST).';
comment on column answer_body.sha256 is 'Of the text in UTF-8, bytes long.';
comment on column answer_body.body is 'Null: dropped, it last came longer ago than ARCHIVE_DAYS.';
CREATE INDEX answer_body_by_age ON answer_body USING btree (last_received_at) WHERE (body IS NOT NULL);

create table audit (
  id bigint generated always as identity not null,
  at timestamp with time zone not null,
  by text not null,
  action text not null,
  subject text not null,
  was text,
  became text,
  constraint audit_pkey PRIMARY KEY (id)
);
comment on table audit is 'Who changed what about the program, where the changed row cannot say so itself.';
CREATE INDEX audit_of_subject ON audit USING btree (subject, id);

create table backfill (
  id bigint generated always as identity not null,
  from_date date not null,
  to_date date not null,
  note text,
  asked_by text not null,
  asked_at timestamp with time zone not null,
  state text not null default 'running'::text,
  reason text,
  rest_until timestamp with time zone,
  troubles integer not null default 0,
  resumed_at timestamp with time zone,
  finished_at timestamp with time zone,
  constraint backfill_pkey PRIMARY KEY (id),
  constraint backfill_finished_whole CHECK (((state = ANY (ARRAY['cancelled'::text, 'complete'::text, 'partial'::text])) = (finished_at IS NOT NULL))),
  constraint backfill_range CHECK ((from_date <= to_date)),
  constraint backfill_rests_while_running CHECK (((state = 'running'::text) OR (rest_until IS NULL))),
  constraint backfill_says_why CHECK (((reason IS NOT NULL) OR (state = 'complete'::text) OR ((state = 'running'::text) AND (rest_until IS NULL)))),
  constraint backfill_state_check CHECK ((state = ANY (ARRAY['running'::text, 'paused'::text, 'cancelled'::text, 'complete'::text, 'partial'::text]))),
  constraint backfill_troubles_check CHECK ((troubles >= 0))
);
comment on table backfill is 'A wish: these series shall hold every session from from_date to to_date. What is left of it is found in the bars themselves and in backfill_answer.';
comment on column backfill.rest_until is 'Not worked on before: reason says what it waits for.';
comment on column backfill.troubles is 'Rests in a row because the vendor was down: each is twice as long.';
comment on column backfill.resumed_at is 'When somebody last said that it should go on: runs that died before do not count against it.';
CREATE INDEX backfill_finished ON backfill USING btree (finished_at) WHERE (finished_at IS NOT NULL);
CREATE INDEX backfill_running ON backfill USING btree (id) WHERE (state = 'running'::text);

create table backfill_answer (
  backfill_id bigint not null,
  symbol text not null,
  "interval" text not null,
  part text not null,
  from_date date not null,
  to_date date not null,
  kind text not null,
  tries integer not null,
  message text,
  answered_at timestamp with time zone not null,
  run_id bigint,
  constraint backfill_answer_pkey PRIMARY KEY (backfill_id, symbol, "interval", part),
  constraint backfill_answer_backfill_id_symbol_interval_fkey FOREIGN KEY (backfill_id, symbol, "interval") REFERENCES backfill_series(backfill_id, symbol, "interval") ON DELETE CASCADE,
  constraint backfill_answer_run_id_fkey FOREIGN KEY (run_id) REFERENCES run(id) ON DELETE SET NULL,
  constraint backfill_answer_range CHECK ((from_date <= to_date)),
  constraint backfill_answer_tries_check CHECK ((tries > 0))
);
comment on table backfill_answer is 'What the vendor said to a part of a backfill, written in the transaction that stored the bars of it.';
comment on column backfill_answer.part is 'The month that was asked for, or the form of a request that is of no month.';
comment on column backfill_answer.kind is 'Of the newest try.';
CREATE INDEX backfill_answer_of_run ON backfill_answer USING btree (run_id) WHERE (run_id IS NOT NULL);

create table backfill_series (
  backfill_id bigint not null,
  symbol text not null,
  "interval" text not null,
  place integer not null,
  state text not null default 'open'::text,
  reason text,
  wait_until timestamp with time zone,
  wished integer not null,
  held integer not null,
  "none" integer not null,
  refused integer not null,
  failed integer not null,
  requests integer not null,
  constraint backfill_series_pkey PRIMARY KEY (backfill_id, symbol, "interval"),
  constraint backfill_series_at_place UNIQUE (backfill_id, place),
  constraint backfill_series_backfill_id_fkey FOREIGN KEY (backfill_id) REFERENCES backfill(id) ON DELETE CASCADE,
  constraint backfill_series_failed_check CHECK ((failed >= 0)),
  constraint backfill_series_held_check CHECK ((held >= 0)),
  constraint backfill_series_none_check CHECK (("none" >= 0)),
  constraint backfill_series_refused_check CHECK ((refused >= 0)),
  constraint backfill_series_requests_check CHECK ((requests >= 0)),
  constraint backfill_series_says_why CHECK (((state = ANY (ARRAY['open'::text, 'complete'::text])) OR (reason IS NOT NULL))),
  constraint backfill_series_state_check CHECK ((state = ANY (ARRAY['open'::text, 'complete'::text, 'refused'::text, 'failed'::text]))),
  constraint backfill_series_wished_check CHECK ((wished >= 0))
);
comment on table backfill_series is 'How far a backfill is with a series, as last seen: figures for people, made anew from bars and answers before they decide anything.';
comment on column backfill_series.wait_until is 'All that is left was asked for without use: not asked again before.';
comment on column backfill_series.none is 'Sessions the vendor was asked for and does not have.';
comment on column backfill_series.requests is 'Still to be sent.';

create table dividend (
  id bigint generated always as identity not null,
  symbol text not null,
  ex_date date not null,
  place integer not null,
  amount numeric not null,
  declaration_date date,
  record_date date,
  payment_date date,
  answer_id bigint not null,
  seen_at timestamp with time zone not null,
  dropped_at timestamp with time zone,
  dropped_by bigint,
  constraint dividend_pkey PRIMARY KEY (id),
  constraint dividend_answer_id_fkey FOREIGN KEY (answer_id) REFERENCES reference_answer(id),
  constraint dividend_dropped_by_fkey FOREIGN KEY (dropped_by) REFERENCES reference_answer(id),
  constraint dividend_amount_check CHECK (((amount >= (0)::numeric) AND (amount < 'Infinity'::numeric))),
  constraint dividend_dropped_whole CHECK (((dropped_at IS NULL) = (dropped_by IS NULL))),
  constraint dividend_place_check CHECK ((place > 0))
);
comment on table dividend is 'Cash per share as paid then, not adjusted for later splits. A row that a later answer corrected or no longer has stays, with dropped_at.';
comment on column dividend.place is 'From 1, of those with the same ex_date.';
comment on column dividend.seen_at is 'When the answer that first said so came.';
comment on column dividend.dropped_by is 'The answer that says otherwise; null: it holds.';
CREATE INDEX dividend_of_symbol ON dividend USING btree (symbol, answer_id);
CREATE UNIQUE INDEX dividend_once ON dividend USING btree (symbol, ex_date, place) WHERE (dropped_at IS NULL);

create table entitlement (
  key_hash text not null,
  form text not null,
  allowed boolean not null,
  learnt_at timestamp with time zone not null,
  message text,
  constraint entitlement_pkey PRIMARY KEY (key_hash, form)
);
comment on table entitlement is 'What a key may ask, learnt from answers. A form without a row has not been tried.';

create table gap (
  symbol text not null,
  "interval" text not null,
  date date not null,
  starts_at timestamp with time zone not null,
  ends_at timestamp with time zone not null,
  found_at timestamp with time zone not null,
  tries integer not null default 0,
  last_tried_at timestamp with time zone,
  next_try_at timestamp with time zone,
  rule text,
  closed_at timestamp with time zone,
  closed_as text,
  run_id bigint,
  constraint gap_pkey PRIMARY KEY (symbol, "interval", date),
  constraint gap_run_id_fkey FOREIGN KEY (run_id) REFERENCES run(id) ON DELETE SET NULL,
  constraint gap_closed_as_check CHECK ((closed_as = ANY (ARRAY['healed'::text, 'vendor-has-none'::text]))),
  constraint gap_closed_whole CHECK (((closed_at IS NULL) = (closed_as IS NULL))),
  constraint gap_interval_check CHECK (("interval" = ANY (ARRAY['1min'::text, '5min'::text, '15min'::text, '30min'::text, '60min'::text, 'daily'::text, 'weekly'::text, 'monthly'::text]))),
  constraint gap_spans_time CHECK ((starts_at < ends_at)),
  constraint gap_tried_whole CHECK (((tries = 0) OR (last_tried_at IS NOT NULL))),
  constraint gap_tries_check CHECK ((tries >= 0)),
  constraint gap_waits_or_held CHECK (
CASE
    WHEN (closed_at IS NULL) THEN ((next_try_at IS NULL) = (rule IS NOT NULL))
    ELSE ((next_try_at IS NULL) AND (rule IS NULL))
END)
);
comment on table gap is 'An expected session, week or month between the first bar and the watermark of a series that has no bar.';
comment on column gap.date is 'Of the session; of a week its Monday, of a month its first day.';
comment on column gap.starts_at is 'A bar stamped from here until before ends_at heals it.';
comment on column gap.tries is 'Answers that covered it and had no bar.';
comment on column gap.next_try_at is 'Not asked for before. Null while its rows are in quarantine.';
comment on column gap.rule is 'The rule by which its rows are in quarantine: asking again would bring the same.';
comment on column gap.run_id is 'The run that tried it last, or healed it; null: none, or it is known no more.';
CREATE INDEX gap_closed ON gap USING btree (closed_at) WHERE (closed_at IS NOT NULL);
CREATE INDEX gap_of_run ON gap USING btree (run_id) WHERE (run_id IS NOT NULL);
CREATE INDEX gap_open ON gap USING btree (symbol, "interval", date) WHERE (closed_at IS NULL);

create table gap_scan (
  symbol text not null,
  "interval" text not null,
  scanned_at timestamp with time zone not null,
  constraint gap_scan_pkey PRIMARY KEY (symbol, "interval")
);
comment on table gap_scan is 'When the bars of a series were last held against the calendar.';

create table heartbeat (
  name text not null,
  owner text not null,
  started_at timestamp with time zone not null,
  beat_at timestamp with time zone not null,
  doing text not null,
  error text,
  error_at timestamp with time zone,
  constraint heartbeat_pkey PRIMARY KEY (name, owner),
  constraint heartbeat_error_whole CHECK (((error IS NULL) = (error_at IS NULL)))
);
comment on table heartbeat is 'What each part of each running program does now, and its last error. A row that is a day old belongs to a program that is gone.';

create table housekeeping (
  name text not null,
  due_at timestamp with time zone not null,
  done_at timestamp with time zone,
  note text,
  constraint housekeeping_pkey PRIMARY KEY (name)
);
comment on table housekeeping is 'Chores done now and then by whichever process comes first. due_at: not before; done_at: when it was last begun; note: what it came to.';

create table incident (
  id bigint generated always as identity not null,
  key text not null,
  title text not null,
  detail text,
  series jsonb not null,
  opened_at timestamp with time zone not null,
  told_at timestamp with time zone,
  reminders integer not null default 0,
  returns integer not null default 0,
  recovered_at timestamp with time zone,
  quiet_until timestamp with time zone,
  constraint incident_pkey PRIMARY KEY (id),
  constraint incident_recovered_after CHECK ((recovered_at >= opened_at)),
  constraint incident_reminders_check CHECK ((reminders >= 0)),
  constraint incident_returns_check CHECK ((returns >= 0))
);
comment on table incident is 'A problem from when it was first seen until it was gone. Told once, reminded of daily, its end told.';
comment on column incident.series is 'Names of the series that have it; empty: it is of no series.';
comment on column incident.told_at is 'Since when those who are told know it as open; null: they do not.';
comment on column incident.quiet_until is 'It came and went: not told again before, so that a flapping problem does not flood.';
CREATE INDEX incident_newest ON incident USING btree (opened_at DESC);
CREATE UNIQUE INDEX incident_open_once ON incident USING btree (key) WHERE (recovered_at IS NULL);

create table instance (
  only_one boolean not null default true,
  id uuid not null default gen_random_uuid(),
  constraint instance_pkey PRIMARY KEY (only_one),
  constraint instance_only_one_check CHECK (only_one)
);
comment on table instance is 'One row: what tells this installation''s messages from another''s. Message-IDs are made of it.';

create table launch (
  id bigint generated always as identity not null,
  series jsonb not null,
  force boolean not null,
  of_run bigint,
  note text,
  asked_by text not null,
  asked_at timestamp with time zone not null,
  state text not null default 'requested'::text,
  reason text,
  constraint launch_pkey PRIMARY KEY (id),
  constraint launch_of_run_fkey FOREIGN KEY (of_run) REFERENCES run(id) ON DELETE SET NULL,
  constraint launch_says_why CHECK (((state = 'requested'::text) OR (reason IS NOT NULL))),
  constraint launch_series_check CHECK (((jsonb_typeof(series) = 'array'::text) AND (jsonb_array_length(series) > 0))),
  constraint launch_state_check CHECK ((state = ANY (ARRAY['requested'::text, 'withdrawn'::text, 'failed'::text])))
);
comment on table launch is 'A run asked for by hand. A requested launch is owed a run until one of its runs closes.';
comment on column launch.series is '[{"symbol", "interval"}], each once, in the order given; configured or not.';
comment on column launch.of_run is 'The run whose series these are.';
CREATE INDEX launch_of_run ON launch USING btree (of_run) WHERE (of_run IS NOT NULL);

create table listing (
  symbol text not null,
  delisting_date date not null default 'infinity'::date,
  name text,
  exchange text,
  asset_type text,
  ipo_date date,
  answer_id bigint not null,
  constraint listing_pkey PRIMARY KEY (symbol, delisting_date),
  constraint listing_answer_id_fkey FOREIGN KEY (answer_id) REFERENCES reference_answer(id)
);
comment on table listing is 'The US symbols as LISTING_STATUS last had them. A symbol that was used again has several rows.';
comment on column listing.delisting_date is 'infinity: it is listed.';
comment on column listing.answer_id is 'The answer that first said so.';

create table notice (
  id bigint generated always as identity not null,
  kind text not null,
  run_id bigint,
  at timestamp with time zone not null,
  decided_at timestamp with time zone,
  backfill_id bigint,
  constraint notice_pkey PRIMARY KEY (id),
  constraint notice_backfill_id_fkey FOREIGN KEY (backfill_id) REFERENCES backfill(id) ON DELETE CASCADE,
  constraint notice_run_id_fkey FOREIGN KEY (run_id) REFERENCES run(id) ON DELETE SET NULL,
  constraint notice_kind_check CHECK ((kind = ANY (ARRAY['run'::text, 'alarm'::text, 'summary'::text, 'test'::text, 'backfill'::text]))),
  constraint notice_of_backfill_whole CHECK (((kind = 'backfill'::text) = (backfill_id IS NOT NULL)))
);
comment on table notice is 'Something that may be worth telling. That of a run commits with the row that closes it.';
comment on column notice.decided_at is 'Null: nobody has decided yet who is told. Then its messages are in the outbox, if any.';
comment on column notice.backfill_id is 'The backfill that ended, or stopped by itself.';
CREATE INDEX notice_at ON notice USING btree (at);
CREATE INDEX notice_of_backfill ON notice USING btree (backfill_id) WHERE (backfill_id IS NOT NULL);
CREATE INDEX notice_of_run ON notice USING btree (run_id) WHERE (run_id IS NOT NULL);
CREATE UNIQUE INDEX notice_once_per_run ON notice USING btree (run_id) WHERE (kind = 'run'::text);
CREATE INDEX notice_undecided ON notice USING btree (id) WHERE (decided_at IS NULL);

create table outbox (
  id bigint generated always as identity not null,
  notice_id bigint not null,
  channel text not null,
  subject text not null,
  content jsonb not null,
  recipients jsonb not null,
  state text not null default 'waiting'::text,
  attempts integer not null default 0,
  most integer not null,
  due_at timestamp with time zone not null,
  owner text,
  lease_until timestamp with time zone,
  created_at timestamp with time zone not null,
  tried_at timestamp with time zone,
  sent_at timestamp with time zone,
  error text,
  constraint outbox_pkey PRIMARY KEY (id),
  constraint outbox_once_per_channel UNIQUE (notice_id, channel),
  constraint outbox_notice_id_fkey FOREIGN KEY (notice_id) REFERENCES notice(id) ON DELETE CASCADE,
  constraint outbox_attempts_check CHECK ((attempts >= 0)),
  constraint outbox_channel_check CHECK ((channel = ANY (ARRAY['mail'::text, 'slack'::text, 'webhook'::text, 'ping'::text]))),
  constraint outbox_leased_whole CHECK (((owner IS NULL) = (lease_until IS NULL))),
  constraint outbox_most_check CHECK ((most > 0)),
  constraint outbox_sent_at_when_sent CHECK (((state = 'sent'::text) = (sent_at IS NOT NULL))),
  constraint outbox_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'sent'::text, 'undeliverable'::text]))),
  constraint outbox_undeliverable_says_why CHECK (((state <> 'undeliverable'::text) OR (error IS NOT NULL)))
);
comment on table outbox is 'A notice on its way to one channel, so that what fails in one is not repeated in another.';
comment on column outbox.recipients is 'Mail: the addresses still to be reached. Other channels: empty.';
comment on column outbox.most is 'Attempts after which it is undeliverable.';
comment on column outbox.due_at is 'Not tried before.';
comment on column outbox.lease_until is 'By this server''s clock: until then only owner may say what became of it.';
CREATE INDEX outbox_newest_tried ON outbox USING btree (channel, tried_at DESC) WHERE (tried_at IS NOT NULL);
CREATE INDEX outbox_waiting ON outbox USING btree (channel, due_at) WHERE (state = 'waiting'::text);

create table quarantine (
  id bigint generated always as identity not null,
  run_id bigint,
  symbol text not null,
  "interval" text not null,
  stamp text not null,
  rule text not null,
  raw text not null,
  first_seen_at timestamp with time zone not null,
  last_seen_at timestamp with time zone not null,
  times bigint not null default 1,
  constraint quarantine_pkey PRIMARY KEY (id),
  constraint quarantine_run_id_fkey FOREIGN KEY (run_id) REFERENCES run(id) ON DELETE SET NULL,
  constraint quarantine_times_check CHECK ((times > 0))
);
comment on table quarantine is 'Rows that broke a rule, as the vendor gave them (JSON). run_id: the run that saw it last.';
CREATE INDEX quarantine_of_run ON quarantine USING btree (run_id);
CREATE UNIQUE INDEX quarantine_once ON quarantine USING btree (symbol, "interval", rule, md5(((stamp || ' '::text) || raw)));

create table reference (
  form text not null,
  symbol text not null,
  asked_at timestamp with time zone not null,
  answered_at timestamp with time zone,
  failures integer not null,
  kind text,
  message text,
  constraint reference_pkey PRIMARY KEY (form, symbol),
  constraint reference_failed_whole CHECK (((failures = 0) = (kind IS NULL))),
  constraint reference_failures_check CHECK ((failures >= 0))
);
comment on table reference is 'When each thing beside bars was last asked for, and what came of it: the slow clock.';
comment on column reference.symbol is 'Empty: of the whole market.';
comment on column reference.failures is 'In a row.';

create table reference_answer (
  id bigint generated always as identity not null,
  body_id bigint not null,
  request_id bigint,
  run_id bigint,
  form text not null,
  symbol text,
  received_at timestamp with time zone not null,
  constraint reference_answer_pkey PRIMARY KEY (id),
  constraint reference_answer_body_id_fkey FOREIGN KEY (body_id) REFERENCES answer_body(id),
  constraint reference_answer_request_id_fkey FOREIGN KEY (request_id) REFERENCES request(id) ON DELETE SET NULL,
  constraint reference_answer_run_id_fkey FOREIGN KEY (run_id) REFERENCES run(id) ON DELETE SET NULL,
  constraint reference_answer_form_check CHECK ((form = ANY (ARRAY['SPLITS'::text, 'DIVIDENDS'::text, 'LISTING_STATUS active'::text, 'LISTING_STATUS delisted'::text])))
);
comment on table reference_answer is 'One answer of the vendor that is no bars, written in the transaction that stored what it says. Never deleted: splits, dividends and listings name it.';
comment on column reference_answer.symbol is 'Null: of the whole market.';
CREATE INDEX reference_answer_of_request ON reference_answer USING btree (request_id) WHERE (request_id IS NOT NULL);
CREATE INDEX reference_answer_of_run ON reference_answer USING btree (run_id) WHERE (run_id IS NOT NULL);
CREATE INDEX reference_answer_of_symbol ON reference_answer USING btree (form, symbol, id);

create table release (
  id bigint generated always as identity not null,
  symbol text not null,
  "interval" text not null,
  stamp text not null,
  rule text not null,
  raw text not null,
  bar jsonb not null,
  answer_id bigint not null,
  run_id bigint,
  released_by text not null,
  released_at timestamp with time zone not null,
  constraint release_pkey PRIMARY KEY (id),
  constraint release_run_id_fkey FOREIGN KEY (run_id) REFERENCES run(id) ON DELETE SET NULL
);
comment on table release is 'Quarantined rows that an operator judged right. bar: what was stored of it; a replay stores it again at its time.';
CREATE INDEX release_of_run ON release USING btree (run_id) WHERE (run_id IS NOT NULL);
CREATE UNIQUE INDEX release_once ON release USING btree (symbol, "interval", rule, md5(((stamp || ' '::text) || raw)));

create table request (
  id bigint generated always as identity not null,
  run_id bigint,
  key_hash text not null,
  symbol text,
  "interval" text,
  form text not null,
  attempt integer not null,
  sent_at timestamp with time zone not null,
  finished_at timestamp with time zone,
  kind text,
  http_status integer,
  bytes bigint,
  duration_ms integer,
  message text,
  constraint request_pkey PRIMARY KEY (id),
  constraint request_run_id_fkey FOREIGN KEY (run_id) REFERENCES run(id) ON DELETE SET NULL,
  constraint request_answered_whole CHECK (((kind IS NULL) = (finished_at IS NULL))),
  constraint request_attempt_check CHECK ((attempt > 0)),
  constraint request_bytes_check CHECK ((bytes >= 0)),
  constraint request_duration_ms_check CHECK ((duration_ms >= 0))
);
comment on table request is 'The quota ledger: one row per HTTP request, written before it is sent. No kind: never answered, but it counts.';
comment on column request.symbol is 'Null: of the whole market.';
comment on column request.interval is 'Null: it asks for no bars.';
CREATE INDEX request_limits_of_key ON request USING btree (key_hash, finished_at) WHERE (kind = ANY (ARRAY['daily-limit'::text, 'bars'::text, 'reference'::text]));
CREATE INDEX request_of_key ON request USING btree (key_hash, sent_at);
CREATE INDEX request_of_run ON request USING btree (run_id);
CREATE INDEX request_of_series ON request USING btree (symbol, "interval", id);
CREATE INDEX request_sent ON request USING btree (sent_at);

create table revision (
  id bigint generated always as identity not null,
  symbol text not null,
  "interval" text not null,
  ts timestamp with time zone not null,
  open numeric not null,
  high numeric not null,
  low numeric not null,
  close numeric not null,
  volume bigint not null,
  adjusted_close numeric,
  dividend_amount numeric,
  split_coefficient numeric,
  seen_at timestamp with time zone not null,
  run_id bigint,
  answer_id bigint,
  changed_by bigint,
  constraint revision_pkey PRIMARY KEY (id),
  constraint revision_run_id_fkey FOREIGN KEY (run_id) REFERENCES run(id) ON DELETE SET NULL
);
comment on table revision is 'What a settled bar said before a later answer changed it.';
comment on column revision.answer_id is 'The answer these old values came from; null: stored before there was an archive.';
comment on column revision.changed_by is 'The answer that changed them.';
CREATE INDEX revision_of_bar ON revision USING btree (symbol, "interval", ts);
CREATE INDEX revision_of_run ON revision USING btree (run_id);

create table run (
  id bigint generated always as identity not null,
  trigger text not null,
  tick_id bigint,
  owner text not null,
  lease_until timestamp with time zone not null,
  started_at timestamp with time zone not null,
  finished_at timestamp with time zone,
  outcome text,
  message text,
  planned integer,
  series integer not null default 0,
  stored integer not null default 0,
  late integer not null default 0,
  failed integer not null default 0,
  deferred integer not null default 0,
  cancelled integer not null default 0,
  requests integer not null default 0,
  inserted bigint not null default 0,
  revised bigint not null default 0,
  unchanged bigint not null default 0,
  provisional bigint not null default 0,
  quarantined bigint not null default 0,
  launch_id bigint,
  of_run bigint,
  cancel_at timestamp with time zone,
  cancel_by text,
  cancel_force boolean not null default false,
  settings_digest text,
  backfill_id bigint,
  constraint run_pkey PRIMARY KEY (id),
  constraint run_backfill_id_fkey FOREIGN KEY (backfill_id) REFERENCES backfill(id) ON DELETE SET NULL,
  constraint run_launch_id_fkey FOREIGN KEY (launch_id) REFERENCES launch(id) ON DELETE SET NULL,
  constraint run_of_run_fkey FOREIGN KEY (of_run) REFERENCES run(id) ON DELETE SET NULL,
  constraint run_settings_digest_fkey FOREIGN KEY (settings_digest) REFERENCES run_settings(digest),
  constraint run_tick_id_fkey FOREIGN KEY (tick_id) REFERENCES tick(id) ON DELETE SET NULL,
  constraint run_cancel_whole CHECK ((((cancel_at IS NULL) = (cancel_by IS NULL)) AND ((cancel_at IS NOT NULL) OR (NOT cancel_force)))),
  constraint run_cancelled_check CHECK ((cancelled >= 0)),
  constraint run_closed_whole CHECK (((outcome IS NULL) = (finished_at IS NULL))),
  constraint run_deferred_check CHECK ((deferred >= 0)),
  constraint run_failed_check CHECK ((failed >= 0)),
  constraint run_inserted_check CHECK ((inserted >= 0)),
  constraint run_late_check CHECK ((late >= 0)),
  constraint run_one_cause CHECK ((num_nonnulls(tick_id, launch_id, backfill_id) <= 1)),
  constraint run_outcome_check CHECK ((outcome = ANY (ARRAY['complete'::text, 'partial'::text, 'deferred'::text, 'nothing-due'::text, 'failed'::text, 'cancelled'::text, 'abandoned'::text]))),
  constraint run_planned_check CHECK ((planned >= 0)),
  constraint run_provisional_check CHECK ((provisional >= 0)),
  constraint run_quarantined_check CHECK ((quarantined >= 0)),
  constraint run_requests_check CHECK ((requests >= 0)),
  constraint run_revised_check CHECK ((revised >= 0)),
  constraint run_series_check CHECK ((series >= 0)),
  constraint run_stored_check CHECK ((stored >= 0)),
  constraint run_trigger_check CHECK ((trigger = ANY (ARRAY['schedule'::text, 'manual'::text, 'backfill'::text, 'catch-up'::text]))),
  constraint run_unchanged_check CHECK ((unchanged >= 0))
);
comment on table run is 'One ingestion. No outcome: it is running, and owner must renew lease_until (judged by this server''s clock) or be found dead.';
comment on column run.of_run is 'The run whose series were run again.';
comment on column run.cancel_at is 'When somebody asked for its end. Its owner reads it with the lease, and its tick or launch is owed nothing more.';
comment on column run.cancel_force is 'The request under way is to be given up as well.';
comment on column run.settings_digest is 'Null: from before settings were kept, or of a program that did not say.';
comment on column run.backfill_id is 'The backfill it has done a slice of.';
CREATE INDEX run_by_outcome ON run USING btree (outcome, started_at, id);
CREATE INDEX run_of_backfill ON run USING btree (backfill_id, id) WHERE (backfill_id IS NOT NULL);
CREATE INDEX run_of_launch ON run USING btree (launch_id) WHERE (launch_id IS NOT NULL);
CREATE INDEX run_of_run ON run USING btree (of_run) WHERE (of_run IS NOT NULL);
CREATE INDEX run_of_settings ON run USING btree (settings_digest) WHERE (settings_digest IS NOT NULL);
CREATE INDEX run_of_tick ON run USING btree (tick_id) WHERE (tick_id IS NOT NULL);
CREATE UNIQUE INDEX run_one_at_a_time ON run USING btree (((outcome IS NULL))) WHERE (outcome IS NULL);
CREATE INDEX run_started ON run USING btree (started_at);

create table run_event (
  run_id bigint not null,
  seq integer not null,
  at timestamp with time zone not null,
  type text not null,
  level text not null,
  symbol text,
  "interval" text,
  message text not null,
  data jsonb not null,
  constraint run_event_pkey PRIMARY KEY (run_id, seq),
  constraint run_event_run_id_fkey FOREIGN KEY (run_id) REFERENCES run(id) ON DELETE CASCADE,
  constraint run_event_level_check CHECK ((level = ANY (ARRAY['debug'::text, 'info'::text, 'warning'::text, 'error'::text]))),
  constraint run_event_seq_check CHECK ((seq > 0))
);
comment on table run_event is 'What happened in a run, in order, as its log tells it. Written in batches: a killed run lacks at most its last half second.';
CREATE INDEX run_event_at ON run_event USING btree (at);

create table run_settings (
  digest text not null,
  settings jsonb not null,
  first_seen_at timestamp with time zone not null,
  constraint run_settings_pkey PRIMARY KEY (digest),
  constraint run_settings_settings_check CHECK ((jsonb_typeof(settings) = 'array'::text))
);
comment on table run_settings is 'Settings in force as runs were begun, secrets masked. Goes with the last run that had them.';
comment on column run_settings.settings is '[{"name", "value", "origin"}], every setting, defaults included.';

create table schedule (
  name text not null,
  cron text not null,
  timezone text not null,
  evaluated_to timestamp with time zone not null,
  paused_at timestamp with time zone,
  updated_at timestamp with time zone not null,
  held_by text,
  held_for text,
  held_until timestamp with time zone,
  paused_by text,
  overridden_at timestamp with time zone,
  overridden_by text,
  constraint schedule_pkey PRIMARY KEY (name),
  constraint schedule_held_whole CHECK ((((held_by IS NULL) = (held_for IS NULL)) AND ((held_by IS NULL) = (held_until IS NULL)))),
  constraint schedule_override_whole CHECK (((overridden_at IS NULL) = (overridden_by IS NULL))),
  constraint schedule_pause_whole CHECK (((paused_by IS NULL) OR (paused_at IS NOT NULL)))
);
comment on table schedule is 'One row per configured schedule. Ticks up to evaluated_to have been decided; it moves back only when the clock has.';
comment on column schedule.held_by is 'The program that serves the schedule, and any other of the same configuration.';
comment on column schedule.held_for is 'That configuration: expression, zone and series.';
comment on column schedule.held_until is 'By this server''s clock: then, and when no run of held_by is at work, another configuration may take over.';
comment on column schedule.overridden_at is 'Since when cron and timezone are an operator''s and win over the configuration; null: they are the configured ones.';

create table schema_migration (
  version integer not null,
  name text not null,
  checksum text not null,
  applied_at timestamp with time zone not null default clock_timestamp(),
  constraint schema_migration_pkey PRIMARY KEY (version),
  constraint schema_migration_version_check CHECK ((version > 0))
);
comment on table schema_migration is 'Which files of sql/ this database has seen.';

create table series_result (
  run_id bigint not null,
  symbol text not null,
  "interval" text not null,
  status text not null,
  kind text,
  message text,
  requests integer not null,
  inserted bigint not null,
  revised bigint not null,
  unchanged bigint not null,
  provisional bigint not null,
  quarantined bigint not null,
  watermark timestamp with time zone,
  started_at timestamp with time zone not null,
  finished_at timestamp with time zone not null,
  healing boolean not null default false,
  constraint series_result_pkey PRIMARY KEY (run_id, symbol, "interval"),
  constraint series_result_run_id_fkey FOREIGN KEY (run_id) REFERENCES run(id) ON DELETE CASCADE,
  constraint series_result_inserted_check CHECK ((inserted >= 0)),
  constraint series_result_kind_check CHECK ((kind = ANY (ARRAY['empty'::text, 'stale'::text, 'burst'::text, 'daily-limit'::text, 'premium'::text, 'bad-symbol'::text, 'bad-key'::text, 'outage'::text, 'malformed'::text, 'unknown-notice'::text, 'database'::text, 'quota'::text, 'cancelled'::text]))),
  constraint series_result_kind_when_not_stored CHECK (
CASE status
    WHEN 'stored'::text THEN (kind IS NULL)
    WHEN 'failed'::text THEN (kind IS NOT NULL)
    ELSE true
END),
  constraint series_result_provisional_check CHECK ((provisional >= 0)),
  constraint series_result_quarantined_check CHECK ((quarantined >= 0)),
  constraint series_result_requests_check CHECK ((requests >= 0)),
  constraint series_result_revised_check CHECK ((revised >= 0)),
  constraint series_result_status_check CHECK ((status = ANY (ARRAY['stored'::text, 'late'::text, 'failed'::text, 'deferred'::text, 'cancelled'::text]))),
  constraint series_result_unchanged_check CHECK ((unchanged >= 0))
);
comment on table series_result is 'What a run did for one series, written in the transaction that stored its bars.';
comment on column series_result.healing is 'Nothing was due of the series: it was asked for its gaps.';
CREATE INDEX series_result_newest ON series_result USING btree (symbol, "interval", finished_at DESC);
CREATE INDEX series_result_newest_stored ON series_result USING btree (symbol, "interval", started_at DESC) WHERE (status = ANY (ARRAY['stored'::text, 'late'::text]));
CREATE INDEX series_result_of_symbol ON series_result USING btree (symbol, run_id);

create table session (
  token_hash text not null,
  role text not null,
  created_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  constraint session_pkey PRIMARY KEY (token_hash),
  constraint session_check CHECK ((expires_at > created_at)),
  constraint session_role_check CHECK ((role = ANY (ARRAY['view'::text, 'operate'::text]))),
  constraint session_token_hash_check CHECK ((token_hash ~ '^[0-9a-f]{64}$'::text))
);
comment on table session is 'One row per log-in. token_hash: of the cookie and the password it was given for, so a changed password ends its sessions. Expired rows go with the next log-in.';
CREATE INDEX session_expiry ON session USING btree (expires_at);

create table split (
  id bigint generated always as identity not null,
  symbol text not null,
  effective_date date not null,
  factor numeric not null,
  answer_id bigint not null,
  seen_at timestamp with time zone not null,
  dropped_at timestamp with time zone,
  dropped_by bigint,
  constraint split_pkey PRIMARY KEY (id),
  constraint split_answer_id_fkey FOREIGN KEY (answer_id) REFERENCES reference_answer(id),
  constraint split_dropped_by_fkey FOREIGN KEY (dropped_by) REFERENCES reference_answer(id),
  constraint split_dropped_whole CHECK (((dropped_at IS NULL) = (dropped_by IS NULL))),
  constraint split_factor_check CHECK (((factor > (0)::numeric) AND (factor < 'Infinity'::numeric)))
);
comment on table split is 'Shares that one share became, from effective_date on. A row that a later answer corrected or no longer has stays, with dropped_at.';
comment on column split.seen_at is 'When the answer that first said so came.';
comment on column split.dropped_by is 'The answer that says otherwise; null: it holds.';
CREATE INDEX split_of_symbol ON split USING btree (symbol, answer_id);
CREATE UNIQUE INDEX split_once ON split USING btree (symbol, effective_date) WHERE (dropped_at IS NULL);

create table stock_data (
  symbol text not null,
  "interval" text not null,
  ts timestamp with time zone not null,
  open numeric not null,
  high numeric not null,
  low numeric not null,
  close numeric not null,
  volume bigint not null,
  adjusted_close numeric,
  dividend_amount numeric,
  split_coefficient numeric,
  settled boolean not null,
  answer_id bigint,
  constraint stock_data_pkey PRIMARY KEY (symbol, "interval", ts),
  constraint stock_data_adjusted CHECK (((adjusted_close >= (0)::numeric) AND (adjusted_close < 'Infinity'::numeric) AND (dividend_amount >= (0)::numeric) AND (dividend_amount < 'Infinity'::numeric) AND (split_coefficient >= (0)::numeric) AND (split_coefficient < 'Infinity'::numeric))),
  constraint stock_data_date_at_midnight_utc CHECK ((("interval" <> ALL (ARRAY['daily'::text, 'weekly'::text, 'monthly'::text])) OR ((ts AT TIME ZONE 'UTC'::text) = date_trunc('day'::text, (ts AT TIME ZONE 'UTC'::text))))),
  constraint stock_data_interval_check CHECK (("interval" = ANY (ARRAY['1min'::text, '5min'::text, '15min'::text, '30min'::text, '60min'::text, 'daily'::text, 'weekly'::text, 'monthly'::text]))),
  constraint stock_data_prices CHECK (((low > (0)::numeric) AND (low <= LEAST(open, close)) AND (high >= GREATEST(open, close)) AND (high < 'Infinity'::numeric))),
  constraint stock_data_volume CHECK ((volume >= 0))
);
comment on table stock_data is 'Bars. ts: start of the bar (intraday) or its trading date at 00:00 UTC. settled: the period has closed, the bar can no longer grow.';
comment on column stock_data.answer_id is 'The answer that gave these prices; null: stored before there was an archive. Adjusted columns may be of a later one. No foreign key: it would be checked once per bar.';
CREATE UNIQUE INDEX stock_data_one_per_month ON stock_data USING btree (symbol, date_trunc('month'::text, (ts AT TIME ZONE 'UTC'::text))) WHERE ("interval" = 'monthly'::text);
CREATE UNIQUE INDEX stock_data_one_per_week ON stock_data USING btree (symbol, date_trunc('week'::text, (ts AT TIME ZONE 'UTC'::text))) WHERE ("interval" = 'weekly'::text);

create table tick (
  id bigint generated always as identity not null,
  schedule text not null,
  due_at timestamp with time zone not null,
  state text not null,
  trigger text not null,
  reason text,
  noticed_at timestamp with time zone not null,
  constraint tick_pkey PRIMARY KEY (id),
  constraint tick_due_once UNIQUE (schedule, due_at),
  constraint tick_schedule_fkey FOREIGN KEY (schedule) REFERENCES schedule(name) ON DELETE CASCADE,
  constraint tick_says_why CHECK (((state = 'requested'::text) OR (reason IS NOT NULL))),
  constraint tick_state_check CHECK ((state = ANY (ARRAY['requested'::text, 'skipped'::text, 'failed'::text]))),
  constraint tick_trigger_check CHECK ((trigger = ANY (ARRAY['schedule'::text, 'catch-up'::text])))
);
comment on table tick is 'One due time of a schedule. A requested tick is owed a run until one of its runs closes.';
CREATE INDEX tick_due ON tick USING btree (due_at);

create view latest_bar (
  symbol text,
  "interval" text,
  ts timestamp with time zone,
  date date,
  open numeric,
  high numeric,
  low numeric,
  close numeric,
  volume bigint,
  settled boolean
);
comment on view latest_bar is 'The newest bar of each series, settled or not. Costs two probes of an index per series, however many bars there are.';

create view session_coverage (
  symbol text,
  "interval" text,
  date date,
  bars bigint,
  first timestamp with time zone,
  last timestamp with time zone,
  settled boolean
);
comment on view session_coverage is 'What is stored of each session (week, month): how many bars, from when to when, all of them settled? Ask by symbol and interval: without, every bar is read. A session without a bar has no row.';

create view stock_data_adjusted (
  symbol text,
  ts timestamp with time zone,
  open numeric,
  high numeric,
  low numeric,
  close numeric,
  volume numeric,
  dividend numeric,
  split numeric,
  settled boolean
);
comment on view stock_data_adjusted is 'Daily bars adjusted by later splits and dividends, as the vendor''s adjusted close: a dividend is taken as reinvested at the close of its ex-date. Volume by splits. A symbol is here once its splits and dividends are known. dividend, split: of that day, as announced.';

create view stock_data_factor (
  symbol text,
  ts timestamp with time zone,
  open numeric,
  high numeric,
  low numeric,
  close numeric,
  volume bigint,
  settled boolean,
  dividend numeric,
  split double precision,
  split_factor double precision,
  dividend_factor double precision
);
comment on view stock_data_factor is 'Daily bars as traded, the dividend and split of each day, and what those of later days come to: split_factor shares for one, dividend_factor of a price.';

create view stock_data_raw (
  symbol text,
  "interval" text,
  ts timestamp with time zone,
  raw json,
  answer_id bigint
);
comment on view stock_data_raw is 'The vendor''s own JSON of each bar, out of the archived answer that gave its prices. raw is null when the body was dropped or the bar is older than the archive. Ask by symbol and interval: every answer of the series is parsed once.';

create view stock_data_split_adjusted (
  symbol text,
  ts timestamp with time zone,
  open numeric,
  high numeric,
  low numeric,
  close numeric,
  volume numeric,
  split numeric,
  settled boolean
);
comment on view stock_data_split_adjusted is 'Daily bars adjusted by later splits only. A symbol is here once its splits are known.';

create function bars_as_of(instant timestamp with time zone) returns TABLE(symbol text, "interval" text, ts timestamp with time zone, open numeric, high numeric, low numeric, close numeric, volume bigint, settled boolean, answer_id bigint);
comment on function bars_as_of(timestamp with time zone) is 'The bars as stock_data had them at that instant: select * from bars_as_of(''2026-03-01 12:00Z'') where symbol = ''IBM''. Exact for settled bars. What a provisional bar said before it was replaced is not kept, nor are earlier adjusted columns. A bar older than the archive counts as known from the start.';
create function exchange_date(symbol text, "interval" text, ts timestamp with time zone) returns date;
comment on function exchange_date(text,text,timestamp with time zone) is 'The trading date a bar belongs to, by the exchange''s own clock: New York''s for US symbols; UTC''s for daily and longer bars, whose stamp is the date, and for symbols of other markets (TSCO.LON), whose hours are not known.';
create function product_of(double precision) returns double precision;
comment on function product_of(double precision) is 'What the values multiply to; 1 of none.';
