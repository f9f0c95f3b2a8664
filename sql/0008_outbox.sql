-- What is worth telling, to whom it is on its way, and which problems are open: mails, webhooks and pings out of rows.

create table instance (
  only_one boolean primary key default true check (only_one),
  id       uuid not null default gen_random_uuid()
);
comment on table instance is 'One row: what tells this installation''s messages from another''s. Message-IDs are made of it.';
insert into instance default values;

create table notice (
  id         bigint generated always as identity primary key,
  kind       text not null check (kind in ('run', 'alarm', 'summary', 'test')),
  run_id     bigint references run (id) on delete set null,
  at         timestamptz not null,
  decided_at timestamptz
);
comment on table notice is 'Something that may be worth telling. That of a run commits with the row that closes it.';
comment on column notice.decided_at is 'Null: nobody has decided yet who is told. Then its messages are in the outbox, if any.';
create unique index notice_once_per_run on notice (run_id) where kind = 'run';
create index notice_of_run on notice (run_id) where run_id is not null;
create index notice_undecided on notice (id) where decided_at is null;
create index notice_at on notice (at);

create table outbox (
  id          bigint generated always as identity primary key,
  notice_id   bigint not null references notice (id) on delete cascade,
  channel     text not null check (channel in ('mail', 'slack', 'webhook', 'ping')),
  subject     text not null,
  content     jsonb not null,
  recipients  jsonb not null,
  state       text not null default 'waiting' check (state in ('waiting', 'sent', 'undeliverable')),
  attempts    integer not null default 0 check (attempts >= 0),
  most        integer not null check (most > 0),
  due_at      timestamptz not null,
  owner       text,
  lease_until timestamptz,
  created_at  timestamptz not null,
  tried_at    timestamptz,
  sent_at     timestamptz,
  error       text,
  constraint outbox_once_per_channel unique (notice_id, channel),
  constraint outbox_leased_whole check ((owner is null) = (lease_until is null)),
  constraint outbox_sent_at_when_sent check ((state = 'sent') = (sent_at is not null)),
  constraint outbox_undeliverable_says_why check (state <> 'undeliverable' or error is not null)
);
comment on table outbox is 'A notice on its way to one channel, so that what fails in one is not repeated in another.';
comment on column outbox.recipients is 'Mail: the addresses still to be reached. Other channels: empty.';
comment on column outbox.most is 'Attempts after which it is undeliverable.';
comment on column outbox.due_at is 'Not tried before.';
comment on column outbox.lease_until is 'By this server''s clock: until then only owner may say what became of it.';
create index outbox_waiting on outbox (channel, due_at) where state = 'waiting';
create index outbox_newest_tried on outbox (channel, tried_at desc) where tried_at is not null;

create table incident (
  id           bigint generated always as identity primary key,
  key          text not null,
  title        text not null,
  detail       text,
  series       jsonb not null,
  opened_at    timestamptz not null,
  told_at      timestamptz,
  reminders    integer not null default 0 check (reminders >= 0),
  returns      integer not null default 0 check (returns >= 0),
  recovered_at timestamptz,
  quiet_until  timestamptz,
  constraint incident_recovered_after check (recovered_at >= opened_at)
);
comment on table incident is 'A problem from when it was first seen until it was gone. Told once, reminded of daily, its end told.';
comment on column incident.series is 'Names of the series that have it; empty: it is of no series.';
comment on column incident.told_at is 'Since when those who are told know it as open; null: they do not.';
comment on column incident.quiet_until is 'It came and went: not told again before, so that a flapping problem does not flood.';
create unique index incident_open_once on incident (key) where recovered_at is null;
create index incident_newest on incident (opened_at desc);
