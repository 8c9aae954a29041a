/** What a handler does that makes one call for every record: the same for both peers. */
import type { SQSRecord } from 'aws-lambda';
import ky from 'ky';

/** The client's own retries do what they can about the rate limit: 429 is tried again as `Retry-After` says. */
const api = ky.create({
  prefix: process.env.SESSIONS_API_URL ?? '',
  headers: { authorization: `token ${process.env.SESSIONS_API_KEY}` },
  retry: { limit: 10, statusCodes: [429, 500, 502, 503, 504] },
  throwHttpErrors: (status) => status !== 404 && status !== 410,
});

/** One event, one call. */
export async function handleRecord({ body }: SQSRecord): Promise<void> {
  const { type, data } = JSON.parse(body);
  const path = `v1/session/${encodeURIComponent(data.session_id)}`;
  if (type === 'match.ended') await api.delete(path);
  else await api.delete(`${path}/users`, { json: { ip_list: data.ip_list } });
}
