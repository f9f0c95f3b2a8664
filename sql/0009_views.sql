-- Views for whoever asks with SQL: the newest bar of each series, what each session holds. docs/sql.md shows them at work.

create function exchange_date(symbol text, "interval" text, ts timestamptz)
returns date
language sql immutable parallel safe
as $$
  select (ts at time zone case
    when "interval" in ('daily', 'weekly', 'monthly') or strpos(symbol, '.') > 0 then 'UTC'
    else 'America/New_York'
  end)::date
$$;
comment on function exchange_date(text, text, timestamptz) is 'The trading date a bar belongs to, by the exchange''s own clock: New York''s for US symbols; UTC''s for daily and longer bars, whose stamp is the date, and for symbols of other markets (TSCO.LON), whose hours are not known.';

-- From one series to the next by the primary key, then its newest bar: two descents of the index per series, however many
-- bars there are. A plain "distinct on" would read them all.
create view latest_bar as
with recursive series as (
  (select symbol, "interval" from stock_data order by symbol, "interval" limit 1)
  union all
  select following.symbol, following."interval"
  from series
  cross join lateral (
    select bar.symbol, bar."interval" from stock_data as bar
    where (bar.symbol, bar."interval") > (series.symbol, series."interval")
    order by bar.symbol, bar."interval" limit 1
  ) as following
)
select newest.*
from series
cross join lateral (
  select bar.symbol, bar."interval", bar.ts, exchange_date(bar.symbol, bar."interval", bar.ts) as date,
    bar.open, bar.high, bar.low, bar.close, bar.volume, bar.settled
  from stock_data as bar
  where bar.symbol = series.symbol and bar."interval" = series."interval"
  order by bar.ts desc limit 1
) as newest;
comment on view latest_bar is 'The newest bar of each series, settled or not. Costs two probes of an index per series, however many bars there are.';

create view session_coverage as
select symbol, "interval", exchange_date(symbol, "interval", ts) as date, count(*) as bars, min(ts) as first,
  max(ts) as last, bool_and(settled) as settled
from stock_data
group by symbol, "interval", exchange_date(symbol, "interval", ts);
comment on view session_coverage is 'What is stored of each session (week, month): how many bars, from when to when, all of them settled? Ask by symbol and interval: without, every bar is read. A session without a bar has no row.';
