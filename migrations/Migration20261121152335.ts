import { Migration } from '@mikro-orm/migrations';

export class Migration20261121152335 extends Migration {

  override name = 'Migration20261121152335';

  override up(): void | Promise<void> {
    this.addSql(`alter table "run" add "written" int not null default 0;`);

    this.addSql(`alter table "worker" drop column "pool_id";`);
    this.addSql(`alter table "worker" add "pool_ids" text[] not null default '{}';`);
  }

  override down(): void | Promise<void> {
    this.addSql(`alter table "run" drop column "written";`);

    this.addSql(`alter table "worker" drop column "pool_ids";`);
    this.addSql(`alter table "worker" add "pool_id" text null;`);
  }

}
