/**
 * The canonical instant that a text names, or NULL: the same as `canonicalInstant` of the domain.
 *
 * A scan calls it for every row, so what is written in UTC, as most is, is only cut and joined, and nothing is captured by the
 * regular expression. No exception block: it would cost a subtransaction a row. So everything is checked before it is computed with.
 */
const instant = `
create or replace function crm_instant(value text) returns text
language plpgsql immutable strict parallel safe as $$
declare
  year int;
  month int;
  day int;
  days int;
  zone text;
  fraction text;
  direction int;
  moment timestamp;
begin
  if value !~ ('^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])' ||
    '([Tt]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,9})?([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9]))?$')
  then return null; end if;
  day := substr(value, 9, 2);
  if day > 28 then
    year := left(value, 4);
    month := substr(value, 6, 2);
    days := case
      when month = 2 then case when (year % 4 = 0 and year % 100 <> 0) or year % 400 = 0 then 29 else 28 end
      when month in (4, 6, 9, 11) then 30
      else 31
    end;
    if day > days then return null; end if;
  end if;
  zone := case when length(value) = 10 then 'Z' when right(value, 1) in ('Z', 'z') then 'Z' else right(value, 6) end;
  if zone = 'Z' then
    if left(value, 4) = '0000' then return null; end if;
    if length(value) = 10 then return value || 'T00:00:00.000000Z'; end if;
    return left(value, 10) || 'T' || substr(value, 12, 8) || '.' || rpad(substr(rtrim(value, 'Zz'), 21, 6), 6, '0') || 'Z';
  end if;
  fraction := substr(left(value, -6), 21, 6);
  direction := case left(zone, 1) when '-' then 1 else -1 end;
  -- make_date knows no year 0; 400 years later the calendar is the same again, after 146,097 days.
  moment := make_date(left(value, 4)::int + 400, substr(value, 6, 2)::int, day) - 146097 + substr(value, 12, 8)::interval
    + direction * make_interval(hours => substr(zone, 2, 2)::int, mins => substr(zone, 5, 2)::int);
  if extract(year from moment) not between 1 and 9999 then return null; end if;
  return to_char(moment, 'YYYY-MM-DD"T"HH24:MI:SS') || '.' || rpad(fraction, 6, '0') || 'Z';
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
