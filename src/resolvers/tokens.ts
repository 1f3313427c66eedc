import { jwtVerify, SignJWT } from 'jose';
import type { Tokens } from '../context.ts';

const ISSUER = 'polyphony';
const AUDIENCE = 'polyphony';
const ALGORITHM = 'HS256';

/** Expiring bearer tokens; one algorithm, so that a token cannot choose a weaker one. */
export function createTokens(secret: string): Tokens {
  const key = new TextEncoder().encode(secret);
  return {
    sign: (userId, lifetime) =>
      new SignJWT()
        .setProtectedHeader({ alg: ALGORITHM })
        .setSubject(userId)
        .setIssuer(ISSUER)
        .setAudience(AUDIENCE)
        .setIssuedAt()
        .setExpirationTime(`${lifetime}s`)
        .sign(key),
    async verify(token) {
      try {
        const { payload } = await jwtVerify(token, key, {
          algorithms: [ALGORITHM],
          issuer: ISSUER,
          audience: AUDIENCE,
          requiredClaims: ['sub', 'exp'],
        });
        return { userId: payload.sub!, expiresAt: new Date(payload.exp! * 1000) };
      } catch {
        return null;
      }
    },
  };
}
