/**
 * Saved queries of CloudWatch Logs Insights over the audit lines: what was done to a session, because of an
 * event, by the sweep. Replace the capital letters before you run one. Read by serverless.yml.
 * @import { Variables } from './types.d.cts'
 */

const FIELDS =
  '@timestamp, operation, outcome, status, code, sessionId, by.0, call, part, requestId, @message';
const [EVENTS, SWEEP] = ['SessionDasheventsLogGroup', 'StaleDashsessionsLogGroup'];

/** @param {Variables} variables */
module.exports = async ({ resolveVariable }) => {
  const folder = `${await resolveVariable('self:service')}-${await resolveVariable('sls:stage')}`;
  return {
    Resources: {
      SessionQuery: query(`${folder}/by session`, [EVENTS, SWEEP], '@message like /"SESSION-ID"/'),
      EventQuery: query(`${folder}/by event`, [EVENTS], '@message like /"EVENT-ID"/'),
      SweepQuery: query(`${folder}/by sweep`, [SWEEP], 'operation != "none"'),
    },
  };
};

/**
 * @param {string} Name
 * @param {string[]} logGroups
 * @param {string} condition
 */
function query(Name, logGroups, condition) {
  return {
    Type: 'AWS::Logs::QueryDefinition',
    Properties: {
      Name,
      LogGroupNames: logGroups.map((id) => ({ Ref: id })),
      QueryString: [
        `fields ${FIELDS}`,
        `filter message = "audit" and ${condition}`,
        'sort @timestamp desc',
        'limit 1000',
      ].join('\n| '),
    },
  };
}
