/** The price columns of calls and of the catalog. */
export const PRICE_COLUMNS = [
  'input_price',
  'cached_input_price',
  'cache_write_price',
  'cache_write_hour_price',
  'output_price',
] as const;

/** SQL: the prices of a row as `Prices`, null when it has none. @param row SQL name of the row. */
export function pricesSql(row: string): string {
  return `case when ${row}.input_price is not null then json_build_object('input', ${row}.input_price::text,
    'cachedInput', ${row}.cached_input_price::text, 'cacheWrite', ${row}.cache_write_price::text,
    'cacheWriteHour', ${row}.cache_write_hour_price::text, 'output', ${row}.output_price::text) end`;
}

/**
 * SQL of a subquery: the prices of a call according to the catalog. The price of a model does not change
 * while a run uses it, so an earlier call decides; `offset 0` finds it by its run, because a planner with old
 * statistics reads every call of the model. @param run, provider, model SQL of their ids
 */
export function callPricesSql(run: string, provider: string, model: string): string {
  return `(
    select price_source, ${PRICE_COLUMNS.join(', ')} from (
      (select 1 as place, price_source,
         ${PRICE_COLUMNS.map((column) => `case when price_source = 'catalog' then ${column} end as ${column}`).join(', ')}
       from (select * from model_call where run_id = ${run} offset 0) as earlier
       where provider = ${provider} and model = ${model} limit 1)
      union all
      (select 2, 'catalog', ${PRICE_COLUMNS.join(', ')} from model
       where owner_id is null and provider = ${provider} and model_id in (${model}, split_part(${model}, '@', 1))
         and input_price is not null
       order by model_id = ${model} desc limit 1)
      union all
      (select 3, 'list', ${PRICE_COLUMNS.map(() => 'null::numeric').join(', ')})
    ) as known order by place limit 1
  )`;
}
