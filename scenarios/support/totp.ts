const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** The time-based one-time password of now (RFC 6238: SHA-1, six digits, 30 s), for a secret in base32 as authenticators take it. */
export async function totp(secret: string, now = Date.now()): Promise<string> {
  const bits = [...secret.toUpperCase().replaceAll(/[\s=]/g, '')].map(letter => {
    const place = letters.indexOf(letter)
    if (place < 0) throw new Error(`expected the secret of a second factor in base32, found a letter that is none`)
    return place.toString(2).padStart(5, '0')
  })
  const bytes = Uint8Array.from(bits.join('').match(/.{8}/g) ?? [], byte => Number.parseInt(byte, 2))
  const moment = new DataView(new ArrayBuffer(8))
  moment.setBigUint64(0, BigInt(Math.floor(now / 30_000)))
  const key = await crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-1' }, false, ['sign'])
  const digest = new DataView(await crypto.subtle.sign('HMAC', key, moment))
  const place = digest.getUint8(19) & 0xf
  return String((digest.getUint32(place) & 0x7fffffff) % 1_000_000).padStart(6, '0')
}
