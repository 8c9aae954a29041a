/** IP addresses: a user of a session is one. */
import { isIP } from 'node:net';

/** Whether the text is an IPv4 or IPv6 address. A zone (`fe80::1%eth0`) means nothing to another machine: refused. */
export function isIpAddress(text: string): boolean {
  return text.length <= 45 && !text.includes('%') && isIP(text) !== 0;
}

/**
 * The one spelling of an address: IPv4 as it is, IPv6 as the URL standard serializes it (lower case, longest run
 * of zeros shortened; https://url.spec.whatwg.org/#concept-ipv6-serializer).
 * @param ip an address for which {@link isIpAddress} holds.
 */
export function canonicalIp(ip: string): string {
  return ip.includes(':') ? new URL(`http://[${ip}]`).hostname.slice(1, -1) : ip;
}
