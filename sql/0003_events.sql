-- The event log of each run, what keeps the tables from growing for ever, and due times under a clock that jumps.

create table run_event (
  run_id     bigint not null references run (id) on delete cascade,
  seq        integer not null check (seq > 0),
  at         timestamptz not null,
  type       text not null,
  level      text not null check (level in ('debug', 'info', 'warning', 'error')),
  symbol     text,
  "interval" text,
  message    text not null,
  data       jsonb not null,
  primary key (run_id, seq)
);
comment on table run_event is 'What happened in a run, in order, as its log tells it. Written in batches: a killed run lacks at most its last half second.';
create index run_event_at on run_event (at);

create table housekeeping (
  name    text primary key,
  due_at  timestamptz not null,
  done_at timestamptz,
  note    text
);
comment on table housekeeping is 'Chores done now and then by whichever process comes first. due_at: not before; done_at: when it was last begun; note: what it came to.';

create index run_started on run (started_at);
create index request_sent on request (sent_at);
create index tick_due on tick (due_at);

comment on table schedule is 'One row per configured schedule. Ticks up to evaluated_to have been decided; it moves back only when the clock has.';
