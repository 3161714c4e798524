/** `custom.auth0Authorizer` of this repository's service: what its parameters say, as options of the plugin. */
const SETTINGS = require("../dist/settings.json");

/** Options of the plugin that are not settings of the function, by the parameters that hold them. */
const PARAMETERS = {
  snapshot: "snapshot",
  alarmEmail: "ALARM_EMAIL",
  alarmRefusedPercent: "ALARM_REFUSED_PERCENT",
  corsOrigin: "CORS_ORIGIN",
  reasonIn403: "REASON_IN_403",
  resourceMetadata: "RESOURCE_METADATA",
  eventBus: "AUTH0_EVENT_BUS",
  logEventBus: "AUTH0_LOG_EVENT_BUS",
  revokeOnLogout: "REVOCATION_ON_LOGOUT",
  sessionRetentionDays: "REVOCATION_SESSION_RETENTION_DAYS",
  warmReadUnits: "REVOCATION_WARM_READ_UNITS",
  silenceHours: "REVOCATION_SILENCE_HOURS",
};

module.exports = async ({ resolveVariable }) => {
  const read = (name) => resolveVariable(`param:${name}, ""`);
  const settings = await readAll(SETTINGS, read);
  const options = await readAll(PARAMETERS, read);
  const clients = String(await read("LOGOUT_CLIENT_IDS"));
  return {
    ...settings,
    ...Object.fromEntries(Object.entries(options).map(([name, value]) => [name, toOption(value)])),
    ...toRevocations(await read("revocations"), clients),
    dashboard: true,
    ...((await read("deploy")) === "whoami" && { authorizers: WITH_WHOAMI }),
  };
};

/** Nothing in an event tells whether an HTTP API wants simple responses, so such an API has a function of its own. */
const WITH_WHOAMI = { auth0: {}, auth0Simple: { httpApiResponse: "simple" } };

/** What is set: an empty parameter has the default of its option. */
async function readAll(names, read) {
  const entries = await Promise.all(
    Object.entries(names).map(async ([key, name]) => [key, await read(name)]),
  );
  return Object.fromEntries(entries.filter(([, value]) => value !== ""));
}

/** Parameters of the command line are strings. */
function toOption(value) {
  if (value === "true" || value === "false") return value === "true";
  return /^\d+$/.test(value) ? Number(value) : value;
}

function toRevocations(revocations, clients) {
  return {
    revocations: revocations !== "off",
    backChannelLogout: revocations === "with-logout",
    logoutClientIds: clients.split(",").filter(Boolean),
  };
}
