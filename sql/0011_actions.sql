-- What is known of a symbol beside its bars: its splits, its dividends, its listing; and prices adjusted by them.

-- A request for the whole market has no symbol, one that asks for no bars has no interval.
alter table request alter column symbol drop not null, alter column "interval" drop not null;
comment on column request.symbol is 'Null: of the whole market.';
comment on column request."interval" is 'Null: it asks for no bars.';
drop index request_limits_of_key;
create index request_limits_of_key on request (key_hash, finished_at)
  where kind in ('daily-limit', 'bars', 'reference');

create table reference_answer (
  id          bigint generated always as identity primary key,
  body_id     bigint not null references answer_body (id),
  request_id  bigint references request (id) on delete set null,
  run_id      bigint references run (id) on delete set null,
  form        text not null check (form in ('SPLITS', 'DIVIDENDS', 'LISTING_STATUS active', 'LISTING_STATUS delisted')),
  symbol      text,
  received_at timestamptz not null
);
comment on table reference_answer is 'One answer of the vendor that is no bars, written in the transaction that stored what it says. Never deleted: splits, dividends and listings name it.';
comment on column reference_answer.symbol is 'Null: of the whole market.';
create index reference_answer_of_symbol on reference_answer (form, symbol, id);
create index reference_answer_of_request on reference_answer (request_id) where request_id is not null;
create index reference_answer_of_run on reference_answer (run_id) where run_id is not null;

create table reference (
  form        text not null,
  symbol      text not null,
  asked_at    timestamptz not null,
  answered_at timestamptz,
  failures    integer not null check (failures >= 0),
  kind        text,
  message     text,
  primary key (form, symbol),
  constraint reference_failed_whole check ((failures = 0) = (kind is null))
);
comment on table reference is 'When each thing beside bars was last asked for, and what came of it: the slow clock.';
comment on column reference.symbol is 'Empty: of the whole market.';
comment on column reference.failures is 'In a row.';

create table split (
  id             bigint generated always as identity primary key,
  symbol         text not null,
  effective_date date not null,
  factor         numeric not null check (factor > 0 and factor < 'Infinity'),
  answer_id      bigint not null references reference_answer (id),
  seen_at        timestamptz not null,
  dropped_at     timestamptz,
  dropped_by     bigint references reference_answer (id),
  constraint split_dropped_whole check ((dropped_at is null) = (dropped_by is null))
);
comment on table split is 'Shares that one share became, from effective_date on. A row that a later answer corrected or no longer has stays, with dropped_at.';
comment on column split.seen_at is 'When the answer that first said so came.';
comment on column split.dropped_by is 'The answer that says otherwise; null: it holds.';
create unique index split_once on split (symbol, effective_date) where dropped_at is null;
create index split_of_symbol on split (symbol, answer_id);

create table dividend (
  id               bigint generated always as identity primary key,
  symbol           text not null,
  ex_date          date not null,
  place            integer not null check (place > 0),
  amount           numeric not null check (amount >= 0 and amount < 'Infinity'),
  declaration_date date,
  record_date      date,
  payment_date     date,
  answer_id        bigint not null references reference_answer (id),
  seen_at          timestamptz not null,
  dropped_at       timestamptz,
  dropped_by       bigint references reference_answer (id),
  constraint dividend_dropped_whole check ((dropped_at is null) = (dropped_by is null))
);
comment on table dividend is 'Cash per share as paid then, not adjusted for later splits. A row that a later answer corrected or no longer has stays, with dropped_at.';
comment on column dividend.place is 'From 1, of those with the same ex_date.';
comment on column dividend.seen_at is 'When the answer that first said so came.';
comment on column dividend.dropped_by is 'The answer that says otherwise; null: it holds.';
create unique index dividend_once on dividend (symbol, ex_date, place) where dropped_at is null;
create index dividend_of_symbol on dividend (symbol, answer_id);

create table listing (
  symbol         text not null,
  delisting_date date not null default 'infinity',
  name           text,
  exchange       text,
  asset_type     text,
  ipo_date       date,
  answer_id      bigint not null references reference_answer (id),
  primary key (symbol, delisting_date)
);
comment on table listing is 'The US symbols as LISTING_STATUS last had them. A symbol that was used again has several rows.';
comment on column listing.delisting_date is 'infinity: it is listed.';
comment on column listing.answer_id is 'The answer that first said so.';

create aggregate product_of (double precision) (
  sfunc = float8mul, stype = double precision, initcond = '1', parallel = safe
);
comment on aggregate product_of (double precision) is 'What the values multiply to; 1 of none.';

-- One row per daily bar: what a later price must be compared by. An event counts on the first bar at or after its date,
-- and changes nothing before there was a bar to change or after the newest. Conditions on symbol reach the indexes.
create view stock_data_factor as
select bar.symbol, bar.ts, bar.open, bar.high, bar.low, bar.close, bar.volume, bar.settled, event.dividend, event.split,
  product_of(event.split) over later as split_factor,
  product_of((bar.close / (bar.close + event.dividend))::double precision) over later as dividend_factor
from stock_data as bar
left join (
  select happened.symbol, happened.ts, sum(happened.amount) as dividend,
    product_of(happened.factor::double precision) as split
  from (
    select action.symbol, action.amount, action.factor, (
      select ts from stock_data as first
      where first.symbol = action.symbol and first."interval" = 'daily' and first.ts >= action.day order by ts limit 1
    ) as ts
    from (
      select symbol, effective_date::timestamp at time zone 'UTC' as day, 0::numeric as amount, factor
      from split where dropped_at is null
      union all
      select symbol, ex_date::timestamp at time zone 'UTC', amount, 1::numeric from dividend where dropped_at is null
    ) as action
    where exists (
      select from stock_data as before
      where before.symbol = action.symbol and before."interval" = 'daily' and before.ts < action.day
    )
  ) as happened
  where happened.ts is not null
  group by happened.symbol, happened.ts
) as event on event.symbol = bar.symbol and event.ts = bar.ts
where bar."interval" = 'daily'
window later as (partition by bar.symbol order by bar.ts desc rows between unbounded preceding and 1 preceding);
comment on view stock_data_factor is 'Daily bars as traded, the dividend and split of each day, and what those of later days come to: split_factor shares for one, dividend_factor of a price.';

create view stock_data_adjusted as
select symbol, ts, open * factor as open, high * factor as high, low * factor as low, close * factor as close,
  round(volume * split_factor::numeric) as volume, coalesce(dividend, 0) as dividend,
  coalesce(split, 1)::numeric as split, settled
from (
  select *, dividend_factor::numeric / split_factor::numeric as factor from stock_data_factor
) as bar
where exists (select from reference where form = 'SPLITS' and reference.symbol = bar.symbol and answered_at is not null)
  and exists (select from reference where form = 'DIVIDENDS' and reference.symbol = bar.symbol and answered_at is not null);
comment on view stock_data_adjusted is 'Daily bars adjusted by later splits and dividends, as the vendor''s adjusted close: a dividend is taken as reinvested at the close of its ex-date. Volume by splits. A symbol is here once its splits and dividends are known. dividend, split: of that day, as announced.';

create view stock_data_split_adjusted as
select symbol, ts, open / split_factor::numeric as open, high / split_factor::numeric as high,
  low / split_factor::numeric as low, close / split_factor::numeric as close,
  round(volume * split_factor::numeric) as volume, coalesce(split, 1)::numeric as split, settled
from stock_data_factor as bar
where exists (select from reference where form = 'SPLITS' and reference.symbol = bar.symbol and answered_at is not null);
comment on view stock_data_split_adjusted is 'Daily bars adjusted by later splits only. A symbol is here once its splits are known.';
