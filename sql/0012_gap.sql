-- Sessions that should have bars and have none: what was found missing, how often it was asked for, how it ended.

create table gap (
  symbol        text not null,
  "interval"    text not null check (
    "interval" in ('1min', '5min', '15min', '30min', '60min', 'daily', 'weekly', 'monthly')
  ),
  date          date not null,
  starts_at     timestamptz not null,
  ends_at       timestamptz not null,
  found_at      timestamptz not null,
  tries         integer not null default 0 check (tries >= 0),
  last_tried_at timestamptz,
  next_try_at   timestamptz,
  rule          text,
  closed_at     timestamptz,
  closed_as     text check (closed_as in ('healed', 'vendor-has-none')),
  run_id        bigint references run (id) on delete set null,
  primary key (symbol, "interval", date),
  constraint gap_spans_time check (starts_at < ends_at),
  constraint gap_tried_whole check (tries = 0 or last_tried_at is not null),
  constraint gap_closed_whole check ((closed_at is null) = (closed_as is null)),
  constraint gap_waits_or_held check (
    case when closed_at is null then (next_try_at is null) = (rule is not null)
    else next_try_at is null and rule is null end
  )
);
comment on table gap is 'An expected session, week or month between the first bar and the watermark of a series that has no bar.';
comment on column gap.date is 'Of the session; of a week its Monday, of a month its first day.';
comment on column gap.starts_at is 'A bar stamped from here until before ends_at heals it.';
comment on column gap.tries is 'Answers that covered it and had no bar.';
comment on column gap.next_try_at is 'Not asked for before. Null while its rows are in quarantine.';
comment on column gap.rule is 'The rule by which its rows are in quarantine: asking again would bring the same.';
comment on column gap.run_id is 'The run that tried it last, or healed it; null: none, or it is known no more.';
create index gap_open on gap (symbol, "interval", date) where closed_at is null;
create index gap_closed on gap (closed_at) where closed_at is not null;
create index gap_of_run on gap (run_id) where run_id is not null;

create table gap_scan (
  symbol     text not null,
  "interval" text not null,
  scanned_at timestamptz not null,
  primary key (symbol, "interval")
);
comment on table gap_scan is 'When the bars of a series were last held against the calendar.';

alter table series_result add column healing boolean not null default false;
comment on column series_result.healing is 'Nothing was due of the series: it was asked for its gaps.';
