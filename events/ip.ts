/** IP addresses: a user of a session is one. */

const IPV4 = String.raw`(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)\.){3}(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)`;
const GROUP = '[0-9A-Fa-f]{1,4}';

/** RFC 4291, section 2.2, by the number of groups before the `::`, or before the last one. */
const IPV6 = [0, 1, 2, 3, 4, 5, 6].map((groups) => {
  const before = groups === 0 ? ':' : `(?:${GROUP}:){${groups}}`;
  const dotted = groups === 6 ? IPV4 : `(?::${GROUP}){0,${5 - groups}}:${IPV4}`;
  return `${before}(?:(?::${GROUP}){1,${7 - groups}}|${dotted}|:)`;
});

/**
 * Matches IPv4 and IPv6 addresses. A zone (`fe80::1%eth0`) means nothing to another machine and does not match.
 * The published JSON Schemas hold the same pattern.
 */
export const IP_ADDRESS = new RegExp(`^(?:${IPV4}|(?:${GROUP}:){7}(?:${GROUP}|:)|${IPV6.join('|')})$`);

const MAPPED = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/;

/** Whether the text is an IPv4 or IPv6 address. */
export function isIpAddress(text: string): boolean {
  return IP_ADDRESS.test(text);
}

/**
 * The one spelling of an address: IPv4 as it is; an IPv4-mapped IPv6 address (RFC 4291, section 2.5.5.2) as the IPv4
 * address; any other IPv6 address as the URL standard serializes it (https://url.spec.whatwg.org/#concept-ipv6-serializer).
 * @param ip an address for which {@link isIpAddress} holds.
 */
export function canonicalIp(ip: string): string {
  if (!ip.includes(':')) return ip;
  const ipv6 = new URL(`http://[${ip}]`).hostname.slice(1, -1);
  const [, high, low] = MAPPED.exec(ipv6) ?? [];
  return high === undefined || low === undefined ? ipv6 : [...bytesOf(high), ...bytesOf(low)].join('.');
}

function bytesOf(group: string): [number, number] {
  const value = Number.parseInt(group, 16);
  return [value >> 8, value & 255];
}

/** These addresses in their one spelling, each once, in order. */
export function canonicalIps(ips: readonly string[]): string[] {
  const canonical = ips.map(canonicalIp);
  return canonical.length === 1 ? canonical : [...new Set(canonical)];
}
