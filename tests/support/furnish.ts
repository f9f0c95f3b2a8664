/** What seldom happens, put into a database: so that every page of a program has something to show. */

/** A row that broke a rule, a settled bar that changed, a launch that waits, ticks that were skipped. Run 1 is there. */
export async function furnish(pool: { query(sql: string): Promise<unknown> }): Promise<void> {
  const statements = [
    `insert into quarantine (run_id, symbol, interval, stamp, rule, raw, first_seen_at, last_seen_at)
     values (1, 'AAA', 'daily', '2026-11-02', 'high-below-low',
       '{"1. open":"9","2. high":"8","3. low":"9","4. close":"9","5. volume":"1"}', now(), now())`,
    `insert into revision (symbol, interval, ts, open, high, low, close, volume, seen_at, run_id)
     select symbol, interval, ts, open, high + 1, low, close, volume + 7, now(), 1
     from stock_data where symbol = 'AAA' order by ts desc offset 3 limit 2`,
    `insert into launch (series, force, asked_by, asked_at)
     values ('[{"symbol":"AAA","interval":"daily"}]', true, 'ann (terminal)', now())`,
    `insert into schedule (name, cron, timezone, evaluated_to, updated_at)
     values ('ingest', '0 6 * * *', 'UTC', now(), now())`,
    `insert into tick (schedule, due_at, state, trigger, reason, noticed_at)
     select 'ingest', date_trunc('hour', now()) - make_interval(hours => n), 'skipped', 'schedule',
       'the run before it was at work', now() - make_interval(hours => n)
     from generate_series(1, 3) as n`,
    `insert into backfill (from_date, to_date, asked_by, asked_at, state, reason)
     values ('2020-01-02', '2020-12-31', 'ann (terminal)', now(), 'paused', 'paused by ann (terminal)')`,
    `insert into backfill_series (backfill_id, place, symbol, interval, state, reason, wished, held, none, refused, failed, requests)
     values (1, 0, 'AAA', '1min', 'open', null, 253, 100, 1, 0, 0, 7),
       (1, 1, 'ZZZ', '1min', 'refused', 'it was refused as premium', 253, 0, 0, 253, 0, 0)`,
    `update run set trigger = 'backfill', backfill_id = 1 where id = 3`,
    `update run set message = 'Cannot reach the vendor: connection refused' where outcome = 'failed'`,
  ];
  for (const statement of statements) await pool.query(statement);
}
