import { SERVER_EMAILS } from '../../store/accounts/server-accounts.ts';

/**
 * The addresses of a file prove nothing: anyone may have registered one of them here before. So what is imported goes only
 * to accounts that an import created, unless the operator allows others as well.
 */
export interface OwnerRules {
  /** Whether accounts that no import created may get what is imported. */
  intoExisting: boolean;
}

/** `$2` and `$3` of statements with `JOIN_OWNER` and `REFUSED_OWNER`. */
export function ownerValues({ intoExisting }: OwnerRules): [readonly string[], boolean] {
  return [SERVER_EMAILS, intoExisting];
}

/** The owner of `item`. Accounts of the server itself own nothing that is imported. */
export const JOIN_OWNER = `
  left join app_user on app_user.email = item.account and app_user.email <> all($2::text[])
    and app_user.deleted_at is null`;

/** Its columns in `given`. */
export const OWNER_COLUMNS = `app_user.id as owner_id, app_user.imported_at is null and not $3::boolean as is_existing`;

/** Cases before those of the statement. */
export const REFUSED_OWNER = `when given.owner_id is null then 'no-account' when is_existing then 'existing'`;
