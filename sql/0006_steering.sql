-- What an operator does to the running program: launches, cancels, another schedule, releases; and who did it when.

create table launch (
  id        bigint generated always as identity primary key,
  series    jsonb not null check (jsonb_typeof(series) = 'array' and jsonb_array_length(series) > 0),
  force     boolean not null,
  of_run    bigint references run (id) on delete set null,
  note      text,
  asked_by  text not null,
  asked_at  timestamptz not null,
  state     text not null default 'requested' check (state in ('requested', 'withdrawn', 'failed')),
  reason    text,
  constraint launch_says_why check (state = 'requested' or reason is not null)
);
comment on table launch is 'A run asked for by hand. A requested launch is owed a run until one of its runs closes.';
comment on column launch.series is '[{"symbol", "interval"}], each once, in the order given; configured or not.';
comment on column launch.of_run is 'The run whose series these are.';
create index launch_of_run on launch (of_run) where of_run is not null;

alter table run
  add column launch_id bigint references launch (id) on delete set null,
  add column of_run bigint references run (id) on delete set null,
  add column cancel_at timestamptz,
  add column cancel_by text,
  add column cancel_force boolean not null default false,
  add constraint run_one_cause check (tick_id is null or launch_id is null),
  add constraint run_cancel_whole check ((cancel_at is null) = (cancel_by is null) and (cancel_at is not null or not cancel_force));
comment on column run.of_run is 'The run whose series were run again.';
comment on column run.cancel_at is 'When somebody asked for its end. Its owner reads it with the lease, and its tick or launch is owed nothing more.';
comment on column run.cancel_force is 'The request under way is to be given up as well.';
create index run_of_launch on run (launch_id) where launch_id is not null;
create index run_of_run on run (of_run) where of_run is not null;

alter table schedule
  add column paused_by text,
  add column overridden_at timestamptz,
  add column overridden_by text,
  add constraint schedule_pause_whole check (paused_by is null or paused_at is not null),
  add constraint schedule_override_whole check ((overridden_at is null) = (overridden_by is null));
comment on column schedule.overridden_at is 'Since when cron and timezone are an operator''s and win over the configuration; null: they are the configured ones.';

create table release (
  id          bigint generated always as identity primary key,
  symbol      text not null,
  "interval"  text not null,
  stamp       text not null,
  rule        text not null,
  raw         text not null,
  bar         jsonb not null,
  answer_id   bigint not null,
  run_id      bigint references run (id) on delete set null,
  released_by text not null,
  released_at timestamptz not null
);
comment on table release is 'Quarantined rows that an operator judged right. bar: what was stored of it; a replay stores it again at its time.';
create unique index release_once on release (symbol, "interval", rule, md5(stamp || ' ' || raw));
create index release_of_run on release (run_id) where run_id is not null;

create table audit (
  id        bigint generated always as identity primary key,
  at        timestamptz not null,
  by        text not null,
  action    text not null,
  subject   text not null,
  was       text,
  became    text
);
comment on table audit is 'Who changed what about the program, where the changed row cannot say so itself.';
create index audit_of_subject on audit (subject, id);

create table heartbeat (
  name       text not null,
  owner      text not null,
  started_at timestamptz not null,
  beat_at    timestamptz not null,
  doing      text not null,
  error      text,
  error_at   timestamptz,
  primary key (name, owner),
  constraint heartbeat_error_whole check ((error is null) = (error_at is null))
);
comment on table heartbeat is 'What each part of each running program does now, and its last error. A row that is a day old belongs to a program that is gone.';
