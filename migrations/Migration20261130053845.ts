import { Migration } from '@mikro-orm/migrations';

/** The quota of an account counts rows as they are; a new column makes them longer, and no trigger counts that. */
const COUNT_NEW_COLUMN = `
  insert into usage_change (owner_id, runs, objects, bytes)
  select owner_id, 0, 0, sum(octet_length(to_jsonb(agent)::text) - octet_length((to_jsonb(agent) - 'version')::text))
  from agent where owner_id is not null group by owner_id;`;

export class Migration20261130053845 extends Migration {

  override name = 'Migration20261130053845';

  override up(): void | Promise<void> {
    this.addSql(`alter table "agent" add "version" int not null default 1;`);
    this.addSql(COUNT_NEW_COLUMN);
  }

  override down(): void | Promise<void> {
    this.addSql(`alter table "agent" drop column "version";`);
  }

}
