-- Who is logged in to the page, and the indexes its lists read from.

create table session (
  token_hash text primary key check (token_hash ~ '^[0-9a-f]{64}$'),
  role       text not null check (role in ('view', 'operate')),
  created_at timestamptz not null,
  expires_at timestamptz not null check (expires_at > created_at)
);
comment on table session is 'One row per log-in. token_hash: of the cookie and the password it was given for, so a changed password ends its sessions. Expired rows go with the next log-in.';
create index session_expiry on session (expires_at);

create index run_by_outcome on run (outcome, started_at, id);
create index series_result_of_symbol on series_result (symbol, run_id);
create index request_of_series on request (symbol, "interval", id);
