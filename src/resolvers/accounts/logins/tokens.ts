import { type JWTPayload, jwtVerify, SignJWT } from 'jose';
import { LRUCache } from 'lru-cache';
import type { Tokens, VerifiedToken } from '../../../context.ts';
import type { Credential } from '../../../store/accounts/credentials.ts';

const ISSUER = 'polyphony';
const AUDIENCE = 'polyphony';
const ALGORITHM = 'HS256';

/**
 * A signature is verified once, not with every request; whether its user still exists is checked elsewhere.
 */
const MAX_KEPT = 10_000;

/** Expiring bearer tokens; one algorithm, so that a token cannot choose a weaker one. */
export function createTokens(secret: string): Tokens {
  const key = new TextEncoder().encode(secret);
  const verified = new LRUCache<string, VerifiedToken>({ max: MAX_KEPT });
  return {
    sign: (userId, lifetime, origin = 'graphql', { loginId, keyHash, runIds, issuedAt, isForCookie } = {}) =>
      new SignJWT({
        origin,
        // Without a login, the time of issue counts; `iat` has a resolution of seconds only.
        ...(loginId ? { sid: loginId } : { at: issuedAt?.getTime() ?? Date.now() }),
        ...(keyHash && { key: keyHash }),
        ...(runIds && { runs: runIds }),
        ...(isForCookie && { cookie: true }),
      })
        .setProtectedHeader({ alg: ALGORITHM })
        .setSubject(userId)
        .setIssuer(ISSUER)
        .setAudience(AUDIENCE)
        .setIssuedAt()
        .setExpirationTime(`${lifetime}s`)
        .sign(key),
    async verify(token) {
      const known = verified.get(token);
      if (known) return known.expiresAt > new Date() ? known : null;
      try {
        const { payload } = await jwtVerify(token, key, {
          algorithms: [ALGORITHM],
          issuer: ISSUER,
          audience: AUDIENCE,
          requiredClaims: ['sub', 'exp', 'iat'],
        });
        const found = {
          credential: credentialOf(payload),
          expiresAt: new Date(payload.exp! * 1000),
          ...(Array.isArray(payload.runs) && { runIds: payload.runs as string[] }),
          ...(payload.cookie === true && { isForCookie: true }),
        };
        verified.set(token, found);
        return found;
      } catch {
        return null;
      }
    },
  };
}

function credentialOf({ sub, iat, at, sid, key }: JWTPayload): Credential {
  return {
    userId: sub!,
    loginId: typeof sid === 'string' ? sid : null,
    keyHash: typeof key === 'string' ? key : null,
    issuedAt: new Date(typeof at === 'number' ? at : iat! * 1000),
  };
}
