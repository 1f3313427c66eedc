import { Migration } from '@mikro-orm/migrations';

/** The quota of an account counts rows as they are; a new column makes them longer, and no trigger counts that. */
const COUNT_NEW_COLUMN = `
  insert into usage_change (owner_id, runs, objects, bytes)
  select owner_id, 0, 0,
    sum(octet_length(to_jsonb(session)::text) - octet_length((to_jsonb(session) - 'named_directory')::text))
  from session where owner_id is not null group by owner_id;`;

export class Migration20261130082515 extends Migration {

  override name = 'Migration20261130082515';

  override up(): void | Promise<void> {
    this.addSql(`alter table "session" add "named_directory" text null;`);
    this.addSql(COUNT_NEW_COLUMN);
  }

  override down(): void | Promise<void> {
    this.addSql(`alter table "session" drop column "named_directory";`);
  }

}
