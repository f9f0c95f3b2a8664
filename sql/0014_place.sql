-- An answer may be archived later than it was told: somebody kept it, and loads it. Its place among the answers of its series
-- is where it was told, so that the tables are the same in whatever order answers arrive. docs/commands.md: `load`.

alter table answer add column place numeric;
comment on column answer.place is 'Its place among the answers of its series, in the order they were told; null: at its id. One that was loaded stands between those it was told between.';
create index answer_in_order on answer (symbol, "interval", (coalesce(place, id)));
