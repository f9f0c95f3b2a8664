-- History asked for on purpose: which bars shall be there, what the vendor has said to that, and how far it is.

create table backfill (
  id          bigint generated always as identity primary key,
  from_date   date not null,
  to_date     date not null,
  note        text,
  asked_by    text not null,
  asked_at    timestamptz not null,
  state       text not null default 'running' check (state in ('running', 'paused', 'cancelled', 'complete', 'partial')),
  reason      text,
  rest_until  timestamptz,
  troubles    integer not null default 0 check (troubles >= 0),
  resumed_at  timestamptz,
  finished_at timestamptz,
  constraint backfill_range check (from_date <= to_date),
  constraint backfill_finished_whole check ((state in ('cancelled', 'complete', 'partial')) = (finished_at is not null)),
  constraint backfill_rests_while_running check (state = 'running' or rest_until is null),
  constraint backfill_says_why check (reason is not null or state = 'complete' or (state = 'running' and rest_until is null))
);
comment on table backfill is 'A wish: these series shall hold every session from from_date to to_date. What is left of it is found in the bars themselves and in backfill_answer.';
comment on column backfill.rest_until is 'Not worked on before: reason says what it waits for.';
comment on column backfill.troubles is 'Rests in a row because the vendor was down: each is twice as long.';
comment on column backfill.resumed_at is 'When somebody last said that it should go on: runs that died before do not count against it.';
create index backfill_running on backfill (id) where state = 'running';
create index backfill_finished on backfill (finished_at) where finished_at is not null;

create table backfill_series (
  backfill_id bigint not null references backfill (id) on delete cascade,
  symbol      text not null,
  "interval"  text not null,
  place       integer not null,
  state       text not null default 'open' check (state in ('open', 'complete', 'refused', 'failed')),
  reason      text,
  wait_until  timestamptz,
  wished      integer not null check (wished >= 0),
  held        integer not null check (held >= 0),
  none        integer not null check (none >= 0),
  refused     integer not null check (refused >= 0),
  failed      integer not null check (failed >= 0),
  requests    integer not null check (requests >= 0),
  primary key (backfill_id, symbol, "interval"),
  constraint backfill_series_at_place unique (backfill_id, place),
  constraint backfill_series_says_why check (state in ('open', 'complete') or reason is not null)
);
comment on table backfill_series is 'How far a backfill is with a series, as last seen: figures for people, made anew from bars and answers before they decide anything.';
comment on column backfill_series.none is 'Sessions the vendor was asked for and does not have.';
comment on column backfill_series.requests is 'Still to be sent.';
comment on column backfill_series.wait_until is 'All that is left was asked for without use: not asked again before.';

create table backfill_answer (
  backfill_id bigint not null,
  symbol      text not null,
  "interval"  text not null,
  part        text not null,
  from_date   date not null,
  to_date     date not null,
  kind        text not null,
  tries       integer not null check (tries > 0),
  message     text,
  answered_at timestamptz not null,
  run_id      bigint references run (id) on delete set null,
  primary key (backfill_id, symbol, "interval", part),
  foreign key (backfill_id, symbol, "interval") references backfill_series on delete cascade,
  constraint backfill_answer_range check (from_date <= to_date)
);
comment on table backfill_answer is 'What the vendor said to a part of a backfill, written in the transaction that stored the bars of it.';
comment on column backfill_answer.part is 'The month that was asked for, or the form of a request that is of no month.';
comment on column backfill_answer.kind is 'Of the newest try.';
create index backfill_answer_of_run on backfill_answer (run_id) where run_id is not null;

alter table run
  add column backfill_id bigint references backfill (id) on delete set null,
  drop constraint run_one_cause,
  add constraint run_one_cause check (num_nonnulls(tick_id, launch_id, backfill_id) <= 1);
comment on column run.backfill_id is 'The backfill it has done a slice of.';
create index run_of_backfill on run (backfill_id, id) where backfill_id is not null;

alter table notice
  add column backfill_id bigint references backfill (id) on delete cascade,
  drop constraint notice_kind_check,
  add constraint notice_kind_check check (kind in ('run', 'alarm', 'summary', 'test', 'backfill')),
  add constraint notice_of_backfill_whole check ((kind = 'backfill') = (backfill_id is not null));
comment on column notice.backfill_id is 'The backfill that ended, or stopped by itself.';
create index notice_of_backfill on notice (backfill_id) where backfill_id is not null;
