/**
 * The canonical instant that a text names, or NULL: the same as `canonicalInstant` of the domain.
 *
 * No exception block: it would cost a subtransaction a row. So everything is checked before it is computed with.
 */
const instant = `
create or replace function crm_instant(value text) returns text
language plpgsql immutable strict parallel safe as $$
declare
  part text[] := regexp_match(value,
    '^([0-9]{4})-([0-9]{2})-([0-9]{2})' ||
    '(?:[Tt]([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\\.([0-9]{1,9}))?(?:[Zz]|([+-])([0-9]{2}):([0-9]{2})))?$');
  year int := part[1];
  month int := part[2];
  day int := part[3];
  hour int := coalesce(part[4], '0');
  minute int := coalesce(part[5], '0');
  second int := coalesce(part[6], '0');
  direction int := case part[8] when '-' then -1 else 1 end;
  offset_hour int := coalesce(part[9], '0');
  offset_minute int := coalesce(part[10], '0');
  days int;
  moment timestamp;
begin
  if part is null or hour > 23 or minute > 59 or second > 59 or offset_hour > 23 or offset_minute > 59 then return null; end if;
  days := case
    when month = 2 then case when (year % 4 = 0 and year % 100 <> 0) or year % 400 = 0 then 29 else 28 end
    when month in (4, 6, 9, 11) then 30
    when month between 1 and 12 then 31
    else 0
  end;
  if day < 1 or day > days then return null; end if;
  -- make_date knows no year 0; 400 years later the calendar is the same again, after 146,097 days.
  moment := make_date(year + 400, month, day) - 146097
    + make_interval(hours => hour - direction * offset_hour, mins => minute - direction * offset_minute, secs => second);
  if extract(year from moment) not between 1 and 9999 then return null; end if;
  return to_char(moment, 'YYYY-MM-DD"T"HH24:MI:SS') || '.' || rpad(left(coalesce(part[7], ''), 6), 6, '0') || 'Z';
end $$`

/**
 * A text that orders values of free type (with COLLATE "C") as the domain does: numbers by size, then texts by code point, true and
 * false among the texts; NULL for anything else. The bits of a double order like the number once the sign bit is turned over, and
 * those of a negative one all of them. Numbers beyond a double become the nearest one, as a cast would fail.
 */
const sortKey = `
create or replace function crm_sort_key(value jsonb) returns text
language plpgsql immutable strict parallel safe as $$
declare
  exact numeric;
  bits bit(64);
begin
  if jsonb_typeof(value) in ('string', 'boolean') then return 't' || (value #>> '{}'); end if;
  if jsonb_typeof(value) <> 'number' then return null; end if;
  exact := greatest(least(value::numeric, 1.7976931348623157e308), -1.7976931348623157e308);
  if abs(exact) < 4.9e-324 then exact := 0; end if;
  bits := ('x' || encode(float8send(exact::float8), 'hex'))::bit(64);
  return 'n' || (case when exact < 0 then ~bits else set_bit(bits, 0, 1) end)::text;
end $$`

/** Statements that make (or bring up to date) the functions that our SQL calls. PostgreSQL 14 or later. */
export const postgresFunctions: readonly string[] = [instant, sortKey]
