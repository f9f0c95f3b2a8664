-- Splits stock_data into 16 hash partitions by symbol. By hand, once, when nothing else uses the database:
--   psql --username=stocks --dbname=stocks --set ON_ERROR_STOP=1 --single-transaction --file partition_by_symbol.sql
-- The program runs on it unchanged. All or nothing; needs room for the bars a second time until it is done.
-- docs/scaling.md says what it is good for, with figures.
set local statement_timeout = 0;
set local lock_timeout = '10s';

do $script$
declare
  partitions constant int := 16;
  old constant regclass := 'stock_data';
  owner constant name := (select pg_get_userbyid(relowner) from pg_class where oid = old);
  views oid[];
  view record;
  found text;
  restore text[] := '{}';
  step text;
begin
  if (select relkind from pg_class where oid = old) <> 'r' then
    raise exception 'Cannot partition stock_data: it is partitioned or distributed already';
  end if;
  execute 'lock table stock_data in access exclusive mode';
  -- Whatever is made of it, the nearest first.
  views := array(
    with recursive above (oid, depth) as (
      select old::oid, 0
      union
      select rewrite.ev_class, above.depth + 1
      from above
      join pg_depend on refclassid = 'pg_class'::regclass and refobjid = above.oid and classid = 'pg_rewrite'::regclass
      join pg_rewrite as rewrite on rewrite.oid = pg_depend.objid and rewrite.ev_class <> above.oid
    )
    select oid from above where depth > 0 group by oid order by max(depth), oid
  );
  found := (
    select string_agg(what, ', ') from (values
      ('a foreign key', exists (select from pg_constraint where contype = 'f' and (confrelid = old or conrelid = old))),
      ('a trigger', exists (select from pg_trigger where tgrelid = any(old::oid || views) and not tgisinternal)),
      ('a policy', exists (select from pg_policy where polrelid = old)),
      ('a rule', exists (select from pg_rewrite where ev_class = any(old::oid || views) and rulename <> '_RETURN')),
      ('a publication of the table', exists (select from pg_publication_rel where prrelid = old)),
      ('extended statistics', exists (select from pg_statistic_ext where stxrelid = old)),
      ('storage parameters', exists (select from pg_class where oid = old and reloptions is not null)),
      ('rights on a column', exists (select from pg_attribute where attrelid = any(old::oid || views) and attacl is not null))
    ) as asked (what, is_there) where is_there
  );
  if found is not null then
    raise exception 'Cannot partition stock_data: somebody added %; drop it, and make it again afterwards', found;
  end if;

  -- What is made again afterwards, in this order: keys and indexes under their names, comments, rights, views.
  restore := restore || array(
    select format('alter table stock_data add constraint %I %s', conname, pg_get_constraintdef(oid))
    from pg_constraint where conrelid = old and contype in ('p', 'u') order by conname
  );
  restore := restore || array(
    select pg_get_indexdef(indexrelid) from pg_index
    where indrelid = old and not exists (select from pg_constraint where conindid = indexrelid)
    order by indexrelid
  );
  restore := restore || array(
    select format('comment on table stock_data is %L', obj_description(old, 'pg_class'))
  );
  restore := restore || array(
    select format('grant %s on stock_data to %s%s', privilege_type,
      case grantee when 0 then 'public' else quote_ident(pg_get_userbyid(grantee)) end,
      case when is_grantable then ' with grant option' end)
    from pg_class, aclexplode(relacl) where oid = old and grantee <> relowner
  );
  for view in
    select relation.oid, relation.oid::regclass as name, relkind, relacl, relowner, reloptions
    from unnest(views) with ordinality as listed (oid, place) join pg_class as relation using (oid) order by place
  loop
    if view.relkind <> 'v' then
      raise exception 'Cannot partition stock_data: "%" is made of it and is no plain view; drop it, and make it again afterwards', view.name;
    end if;
    restore := restore || format('create view %s%s as %s',
      view.name, ' with (' || array_to_string(view.reloptions, ', ') || ')', pg_get_viewdef(view.oid));
    restore := restore || format('alter view %s owner to %I', view.name, pg_get_userbyid(view.relowner));
    restore := restore || format('comment on view %s is %L', view.name, obj_description(view.oid, 'pg_class'));
    restore := restore || array(
      select format('grant %s on %s to %s%s', privilege_type, view.name,
        case grantee when 0 then 'public' else quote_ident(pg_get_userbyid(grantee)) end,
        case when is_grantable then ' with grant option' end)
      from aclexplode(view.relacl) where grantee <> view.relowner
    );
  end loop;

  execute 'alter table stock_data rename to stock_data_whole';
  execute 'create table stock_data (like stock_data_whole including defaults including constraints including comments
    including storage) partition by hash (symbol)';
  execute format('alter table stock_data owner to %I', owner);
  for part in 0 .. partitions - 1 loop
    execute format('create table stock_data_part_%s partition of stock_data for values with (modulus %s, remainder %s)',
      lpad(part::text, 2, '0'), partitions, part);
    execute format('alter table stock_data_part_%s owner to %I', lpad(part::text, 2, '0'), owner);
  end loop;
  -- In the order of the key, so that a series lies together.
  execute 'insert into stock_data select * from stock_data_whole order by symbol, "interval", ts';
  -- Never cascade: what else hangs on one of them, as a function does, would be gone without a word.
  begin
    for view in
      select oid::regclass as name from unnest(views) with ordinality as listed (oid, place) order by place desc
    loop
      execute format('drop view %s', view.name);
    end loop;
    execute 'drop table stock_data_whole';
  exception when dependent_objects_still_exist then
    get stacked diagnostics found = pg_exception_detail;
    raise exception 'Cannot partition stock_data: %; drop it, and make it again afterwards',
      replace(found, 'stock_data_whole', 'stock_data');
  end;
  foreach step in array restore loop
    execute step;
  end loop;
end
$script$;

analyze stock_data;
