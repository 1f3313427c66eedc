/** Statements of the version before logs were divided by month, as its servers send them until they are restarted. */

export const COMMIT = `
  with given as materialized (
    select $1::text[] as ids, $2::int[] as epochs, $3::int[] as befores, $4::int[] as ordinals, $5::text[] as types,
      $6::text[] as datas
  ), item as materialized (
    select item.* from given, unnest(ids, epochs, befores, ordinals, types, datas)
      as item(run_id, epoch, before, ordinal, type, data)
  ), wanted as (
    select run_id, epoch, before, count(*)::int as count, sum(octet_length(data))::bigint as bytes from item group by run_id, epoch, before order by run_id
  ), held as materialized (
    select run.id, wanted.count, wanted.bytes
    from wanted cross join lateral (
      select id from run
      where id = wanted.run_id and epoch = wanted.epoch and written = wanted.before and status = 'running'
      for update
    ) as run
    limit (select cardinality(ids) from given)
  ), moved as (
    update run set last_seq = run.last_seq + held.count, written = run.written + held.count,
      bytes = run.bytes + held.bytes
    from held where run.id = held.id
    returning run.id, run.epoch, run.last_seq - held.count as base, run.attempt, clock_timestamp() as at
  ), logged as (
    insert into event (run_id, seq, attempt, type, data, at)
    select moved.id, moved.base + item.ordinal, moved.attempt, item.type, item.data::jsonb, moved.at
    from item join moved on moved.id = item.run_id and moved.epoch = item.epoch
  )
  select id as "runId", epoch, base, attempt, at from moved`;

const append = (events: string) => `
    insert into event (run_id, seq, attempt, type, data, owner_id, session_id, place, xid)
    select moved.id, moved.last_seq - jsonb_array_length(${events}) + item.ordinality, moved.attempt,
      item.value ->> 'type', item.value -> 'data', moved.owner_id, moved.session_id, moved.place, pg_current_xact_id()
    from moved, jsonb_array_elements(${events}) with ordinality as item
    returning run_id as "runId", seq, attempt, type, data, at, owner_id as "ownerId", session_id as "sessionId",
      case when type in ('RunCompleted', 'RunFailed', 'RunCancelled')
        then (select kind from run where run.id = event.run_id) end as "runKind"`;

/** A run with its first events. */
export const CREATE = `
  with moved as (
    insert into run (id, kind, owner_id, origin, status, last_seq)
    select $1::text, 'task', $2::text, 'graphql', 'running', jsonb_array_length($3::jsonb)
    returning run.*
  ) ${append('$3::jsonb')}`;

export const APPEND = `
  with moved as (
    update run set last_seq = run.last_seq + jsonb_array_length($3::jsonb),
      place = greatest(run.place, pg_current_xact_id())
    where run.id = $1::text and run.epoch = $2::integer and run.status = 'running'
    returning run.id, run.owner_id, run.session_id, run.place, run.last_seq, run.attempt
  ), logged as (${append('$3::jsonb')})
  select (select json_agg(logged order by seq) from logged) as events`;

export const READ = `
      select run_id as "runId", seq, attempt, type, data, at, found from (
        select *, (count(*) over ())::int as found,
          coalesce(sum(length(data::text)) over (order by seq rows between unbounded preceding and 1 preceding), 0)
            as characters_before
        from (
          select run_id, seq, attempt, type, data, at from event
          where run_id = $1 and seq > $2 order by seq limit 200
        ) as page
      ) as measured
      where characters_before < 65536 order by seq`;

export const READ_TEXT = `
      select said.text
      from unnest($1::text[], $2::integer[]) with ordinality as asked(run_id, seq, position)
      left join lateral (
        select seq, data ->> 'callId' as call_id from event
        where run_id = asked.run_id and seq <= asked.seq and type = 'ModelCallStarted' order by seq desc limit 1
      ) as call on true
      left join lateral (
        select case when not bool_or(event.type = 'AttemptStarted' and event.data ->> 'voidCallId' = call.call_id)
          then string_agg(event.data ->> 'text', '' order by event.seq) filter (where event.type = 'TokensGenerated')
          end as text
        from event
        where event.run_id = asked.run_id and event.seq > call.seq and event.seq <= asked.seq
          and ((event.type = 'TokensGenerated' and event.data ->> 'callId' = call.call_id)
            or (event.type = 'AttemptStarted' and event.data ->> 'voidCallId' = call.call_id))
      ) as said on true
      order by asked.position`;

/** The events of a feed. */
export const READ_FEED = `
  select run_id, seq, type, place::text from event
  where owner_id = $1 and (place, run_id, seq) > ($2::xid8, $3::text, $4::int)
    and pg_visible_in_snapshot(xid, pg_current_snapshot())
  order by place, run_id, seq limit 200`;

/** Of deleted runs, and of a deleted account. */
export const DELETE = 'delete from event where run_id = any($1::text[])';
export const DELETE_STRAY = `
  with deleted as (
    delete from event where ctid = any(array(select ctid from event where owner_id = $1 limit 1000)) returning *
  )
  select from deleted`;
