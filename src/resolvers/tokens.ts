import { jwtVerify, SignJWT } from 'jose';
import { LRUCache } from 'lru-cache';
import type { Tokens } from '../context.ts';

const ISSUER = 'polyphony';
const AUDIENCE = 'polyphony';
const ALGORITHM = 'HS256';

type Verified = NonNullable<Awaited<ReturnType<Tokens['verify']>>>;

/** A signature is checked once, not with every request; whether its user still exists, is asked elsewhere. */
const MAX_KEPT = 10_000;

/** Expiring bearer tokens; one algorithm, so that a token cannot choose a weaker one. */
export function createTokens(secret: string): Tokens {
  const key = new TextEncoder().encode(secret);
  const verified = new LRUCache<string, Verified>({ max: MAX_KEPT });
  return {
    sign: (userId, lifetime, origin = 'graphql') =>
      new SignJWT({ origin })
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
          requiredClaims: ['sub', 'exp'],
        });
        const found = { userId: payload.sub!, expiresAt: new Date(payload.exp! * 1000) };
        verified.set(token, found);
        return found;
      } catch {
        return null;
      }
    },
  };
}
