-- Whose configuration a schedule is served by: two programs that disagree about it must not take turns.

alter table schedule
  add column held_by text,
  add column held_for text,
  add column held_until timestamptz,
  add constraint schedule_held_whole check ((held_by is null) = (held_for is null) and (held_by is null) = (held_until is null));
comment on column schedule.held_by is 'The program that serves the schedule, and any other of the same configuration.';
comment on column schedule.held_for is 'That configuration: expression, zone and series.';
comment on column schedule.held_until is 'By this server''s clock: then, and when no run of held_by is at work, another configuration may take over.';
