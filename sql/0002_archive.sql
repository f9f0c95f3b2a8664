-- The archive: every answer that gave rows, its body kept once, and what can be asked of it: the vendor's own JSON of a
-- bar (stock_data_raw), the bars as they stood at an instant (bars_as_of), the tables rebuilt (the command `replay`).

create table answer_body (
  id               bigint generated always as identity primary key,
  sha256           bytea not null check (octet_length(sha256) = 32),
  bytes            integer not null check (bytes > 0),
  body             text,
  last_received_at timestamptz not null,
  constraint answer_body_once unique (sha256)
);
comment on table answer_body is 'What the vendor sent, key removed, each text once however often it came; compressed by PostgreSQL itself (TOAST).';
comment on column answer_body.sha256 is 'Of the text in UTF-8, bytes long.';
comment on column answer_body.body is 'Null: dropped, it last came longer ago than ARCHIVE_DAYS.';
create index answer_body_by_age on answer_body (last_received_at) where body is not null;

create table answer (
  id          bigint generated always as identity primary key,
  body_id     bigint not null references answer_body (id),
  request_id  bigint references request (id) on delete set null,
  run_id      bigint references run (id) on delete set null,
  symbol      text not null,
  "interval"  text not null,
  form        text not null,
  zone        text not null,
  received_at timestamptz not null,
  reaches_to  timestamptz not null
);
comment on table answer is 'One answer of the vendor that gave rows, written in the transaction that stored them. Never deleted: bars and revisions name it.';
comment on column answer.zone is 'The IANA zone its intraday stamps are wall clock of.';
comment on column answer.reaches_to is 'Up to when it could hold trades: received_at less the delay of the key of that day.';
create index answer_of_series on answer (symbol, "interval", id);
create index answer_of_request on answer (request_id) where request_id is not null;
create index answer_of_run on answer (run_id) where run_id is not null;

comment on column stock_data.answer_id is 'The answer that gave these prices; null: stored before there was an archive. Adjusted columns may be of a later one. No foreign key: it would be checked once per bar.';

alter table revision add column answer_id bigint, add column changed_by bigint;
comment on column revision.answer_id is 'The answer these old values came from; null: stored before there was an archive.';
comment on column revision.changed_by is 'The answer that changed them.';

-- Each answer is parsed once per query, however many of its bars are wanted: the text becomes one jsonb object from stamp
-- to row. GROUP BY keeps the parsing on the far side of any join a query adds, lets conditions on symbol, interval and
-- answer_id through, and unnest in the target list comes after the parsing. A condition on ts alone parses everything.
create view stock_data_raw as
select bar.symbol, bar."interval", bar.ts,
  (bar.row_by_stamp ->> case
    when bar."interval" in ('daily', 'weekly', 'monthly') then to_char(bar.ts at time zone 'UTC', 'YYYY-MM-DD')
    else to_char(bar.ts at time zone bar.zone, 'YYYY-MM-DD HH24:MI:SS')
  end)::json as raw,
  bar.answer_id
from (
  select of_answer.symbol, of_answer."interval", of_answer.answer_id, answer.zone, parsed.row_by_stamp,
    unnest(of_answer.stamps) as ts
  from (
    select symbol, "interval", answer_id, array_agg(ts) as stamps from stock_data group by symbol, "interval", answer_id
  ) as of_answer
  left join answer on answer.id = of_answer.answer_id
  left join answer_body on answer_body.id = answer.body_id
  left join lateral (
    select jsonb_object_agg(line.key, line.value::text) as row_by_stamp
    from json_each(
      -- An escaped NUL or half a surrogate pair is JSON, but nothing PostgreSQL can make a text of.
      case when position('\u' in answer_body.body) = 0 or answer_body.body !~* '\\u(0000|d[89a-f])'
        then answer_body.body::json end
    ) as member, json_each(member.value) as line
    where member.key ~* 'time series' and json_typeof(member.value) = 'object'
  ) as parsed on true
) as bar;
comment on view stock_data_raw is 'The vendor''s own JSON of each bar, out of the archived answer that gave its prices. raw is null when the body was dropped or the bar is older than the archive. Ask by symbol and interval: every answer of the series is parsed once.';

create function bars_as_of(instant timestamptz)
returns table (
  symbol text, "interval" text, ts timestamptz, open numeric, high numeric, low numeric, close numeric, volume bigint,
  settled boolean, answer_id bigint
)
language sql stable parallel safe
as $$
  select bar.symbol, bar."interval", bar.ts, bar.open, bar.high, bar.low, bar.close, bar.volume, bar.settled,
    bar.answer_id
  from stock_data as bar left join answer on answer.id = bar.answer_id
  where bar.answer_id is null or answer.received_at <= instant
  union all
  select old.symbol, old."interval", old.ts, old.open, old.high, old.low, old.close, old.volume, true, old.answer_id
  from revision as old left join answer on answer.id = old.answer_id
  where instant < old.seen_at and (old.answer_id is null or answer.received_at <= instant)
$$;
comment on function bars_as_of(timestamptz) is 'The bars as stock_data had them at that instant: select * from bars_as_of(''2026-03-01 12:00Z'') where symbol = ''IBM''. Exact for settled bars. What a provisional bar said before it was replaced is not kept, nor are earlier adjusted columns. A bar older than the archive counts as known from the start.';
