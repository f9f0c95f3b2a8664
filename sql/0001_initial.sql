-- The tables of the main job. Forward only: once released, this file never changes (its checksum is stored).
-- Times are instants (timestamptz). States are text with CHECK, so that a later migration can add one without a rewrite.

create table schedule (
  name         text primary key,
  cron         text not null,
  timezone     text not null,
  evaluated_to timestamptz not null,
  paused_at    timestamptz,
  updated_at   timestamptz not null
);
comment on table schedule is 'One row per configured schedule. Ticks up to evaluated_to have been decided; it only moves forward.';

create table tick (
  id         bigint generated always as identity primary key,
  schedule   text not null references schedule (name) on delete cascade,
  due_at     timestamptz not null,
  state      text not null check (state in ('requested', 'skipped', 'failed')),
  "trigger"  text not null check (trigger in ('schedule', 'catch-up')),
  reason     text,
  noticed_at timestamptz not null,
  constraint tick_due_once unique (schedule, due_at),
  constraint tick_says_why check (state = 'requested' or reason is not null)
);
comment on table tick is 'One due time of a schedule. A requested tick is owed a run until one of its runs closes.';

create table run (
  id           bigint generated always as identity primary key,
  "trigger"    text not null check (trigger in ('schedule', 'manual', 'backfill', 'catch-up')),
  tick_id      bigint references tick (id) on delete set null,
  owner        text not null,
  lease_until  timestamptz not null,
  started_at   timestamptz not null,
  finished_at  timestamptz,
  outcome      text check (
    outcome in ('complete', 'partial', 'deferred', 'nothing-due', 'failed', 'cancelled', 'abandoned')
  ),
  message      text,
  planned      integer check (planned >= 0),
  series       integer not null default 0 check (series >= 0),
  stored       integer not null default 0 check (stored >= 0),
  late         integer not null default 0 check (late >= 0),
  failed       integer not null default 0 check (failed >= 0),
  deferred     integer not null default 0 check (deferred >= 0),
  cancelled    integer not null default 0 check (cancelled >= 0),
  requests     integer not null default 0 check (requests >= 0),
  inserted     bigint not null default 0 check (inserted >= 0),
  revised      bigint not null default 0 check (revised >= 0),
  unchanged    bigint not null default 0 check (unchanged >= 0),
  provisional  bigint not null default 0 check (provisional >= 0),
  quarantined  bigint not null default 0 check (quarantined >= 0),
  constraint run_closed_whole check ((outcome is null) = (finished_at is null))
);
comment on table run is 'One ingestion. No outcome: it is running, and owner must renew lease_until (judged by this server''s clock) or be found dead.';
create unique index run_one_at_a_time on run ((outcome is null)) where outcome is null;
create index run_of_tick on run (tick_id) where tick_id is not null;

create table series_result (
  run_id      bigint not null references run (id) on delete cascade,
  symbol      text not null,
  "interval"  text not null,
  status      text not null check (status in ('stored', 'late', 'failed', 'deferred', 'cancelled')),
  kind        text check (
    kind in ('empty', 'stale', 'burst', 'daily-limit', 'premium', 'bad-symbol', 'bad-key', 'outage', 'malformed',
             'unknown-notice', 'database', 'quota', 'cancelled')
  ),
  message     text,
  requests    integer not null check (requests >= 0),
  inserted    bigint not null check (inserted >= 0),
  revised     bigint not null check (revised >= 0),
  unchanged   bigint not null check (unchanged >= 0),
  provisional bigint not null check (provisional >= 0),
  quarantined bigint not null check (quarantined >= 0),
  watermark   timestamptz,
  started_at  timestamptz not null,
  finished_at timestamptz not null,
  primary key (run_id, symbol, "interval"),
  constraint series_result_kind_when_not_stored check (
    case status when 'stored' then kind is null when 'failed' then kind is not null else true end
  )
);
comment on table series_result is 'What a run did for one series, written in the transaction that stored its bars.';
create index series_result_newest on series_result (symbol, "interval", finished_at desc);
create index series_result_newest_stored on series_result (symbol, "interval", started_at desc)
  where status in ('stored', 'late');

create table stock_data (
  symbol            text not null,
  "interval"        text not null check (
    "interval" in ('1min', '5min', '15min', '30min', '60min', 'daily', 'weekly', 'monthly')
  ),
  ts                timestamptz not null,
  open              numeric not null,
  high              numeric not null,
  low               numeric not null,
  close             numeric not null,
  volume            bigint not null,
  adjusted_close    numeric,
  dividend_amount   numeric,
  split_coefficient numeric,
  settled           boolean not null,
  answer_id         bigint,
  primary key (symbol, "interval", ts),
  -- NaN sorts above everything in NUMERIC, so these bounds refuse it as well as the infinities.
  constraint stock_data_prices check (
    low > 0 and low <= least(open, close) and high >= greatest(open, close) and high < 'Infinity'
  ),
  constraint stock_data_volume check (volume >= 0),
  constraint stock_data_adjusted check (
    adjusted_close >= 0 and adjusted_close < 'Infinity'
    and dividend_amount >= 0 and dividend_amount < 'Infinity'
    and split_coefficient >= 0 and split_coefficient < 'Infinity'
  ),
  constraint stock_data_date_at_midnight_utc check (
    "interval" not in ('daily', 'weekly', 'monthly')
    or ts at time zone 'UTC' = date_trunc('day', ts at time zone 'UTC')
  )
);
comment on table stock_data is 'Bars. ts: start of the bar (intraday) or its trading date at 00:00 UTC. settled: the period has closed, the bar can no longer grow.';
comment on column stock_data.answer_id is 'The archived answer this bar came from. No foreign key: the archive has its own retention.';
-- The running week and month carry the newest trading day as their key, which moves: one row per period, whatever its date.
create unique index stock_data_one_per_week on stock_data (symbol, date_trunc('week', ts at time zone 'UTC'))
  where "interval" = 'weekly';
create unique index stock_data_one_per_month on stock_data (symbol, date_trunc('month', ts at time zone 'UTC'))
  where "interval" = 'monthly';

create table revision (
  id                bigint generated always as identity primary key,
  symbol            text not null,
  "interval"        text not null,
  ts                timestamptz not null,
  open              numeric not null,
  high              numeric not null,
  low               numeric not null,
  close             numeric not null,
  volume            bigint not null,
  adjusted_close    numeric,
  dividend_amount   numeric,
  split_coefficient numeric,
  seen_at           timestamptz not null,
  run_id            bigint references run (id) on delete set null
);
comment on table revision is 'What a settled bar said before a later answer changed it.';
create index revision_of_bar on revision (symbol, "interval", ts);
create index revision_of_run on revision (run_id);

create table quarantine (
  id            bigint generated always as identity primary key,
  run_id        bigint references run (id) on delete set null,
  symbol        text not null,
  "interval"    text not null,
  stamp         text not null,
  rule          text not null,
  raw           text not null,
  first_seen_at timestamptz not null,
  last_seen_at  timestamptz not null,
  times         bigint not null default 1 check (times > 0)
);
comment on table quarantine is 'Rows that broke a rule, as the vendor gave them (JSON). run_id: the run that saw it last.';
-- Hashed, because a stamp or a row may be longer than an index entry can be.
create unique index quarantine_once on quarantine (symbol, "interval", rule, md5(stamp || ' ' || raw));
create index quarantine_of_run on quarantine (run_id);

create table request (
  id          bigint generated always as identity primary key,
  run_id      bigint references run (id) on delete set null,
  key_hash    text not null,
  symbol      text not null,
  "interval"  text not null,
  form        text not null,
  attempt     integer not null check (attempt > 0),
  sent_at     timestamptz not null,
  finished_at timestamptz,
  kind        text,
  http_status integer,
  bytes       bigint check (bytes >= 0),
  duration_ms integer check (duration_ms >= 0),
  message     text,
  constraint request_answered_whole check ((kind is null) = (finished_at is null))
);
comment on table request is 'The quota ledger: one row per HTTP request, written before it is sent. No kind: never answered, but it counts.';
create index request_of_key on request (key_hash, sent_at);
create index request_limits_of_key on request (key_hash, finished_at) where kind in ('daily-limit', 'bars');
create index request_of_run on request (run_id);

create table entitlement (
  key_hash  text not null,
  form      text not null,
  allowed   boolean not null,
  learnt_at timestamptz not null,
  message   text,
  primary key (key_hash, form)
);
comment on table entitlement is 'What a key may ask, learnt from answers. A form without a row has not been tried.';
