-- With which settings was a run made? The same settings are kept once, however many runs had them.

create table run_settings (
  digest        text primary key,
  settings      jsonb not null check (jsonb_typeof(settings) = 'array'),
  first_seen_at timestamptz not null
);
comment on table run_settings is 'Settings in force as runs were begun, secrets masked. Goes with the last run that had them.';
comment on column run_settings.settings is '[{"name", "value", "origin"}], every setting, defaults included.';

alter table run add column settings_digest text references run_settings (digest);
comment on column run.settings_digest is 'Null: from before settings were kept, or of a program that did not say.';
create index run_of_settings on run (settings_digest) where settings_digest is not null;
