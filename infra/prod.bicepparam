// What a regulated institution would run. What can never be changed, and what only the institution knows, has no default here:
// it is stated in a variable, or nothing is compiled and the error says what is missing and why.

using 'main.bicep'

var madeUp = ['example', 'test', 'invalid', 'localhost', 'example.com', 'example.net', 'example.org']

var name = readEnvironmentVariable('AZURE_ENV_NAME', '')
param environmentName = empty(name)
  ? fail('AZURE_ENV_NAME is not set. It names the resource group and, with subscription and region, everything in it. The same log deployed under another name would be a second log of one origin, which is a fork.')
  : name

var region = readEnvironmentVariable('AZURE_LOCATION', '')
param location = empty(region)
  ? fail('AZURE_LOCATION is not set. It is the region in which documents and log are kept, such as eastasia: a matter of law, and nothing moves afterwards.')
  : region

var origin = readEnvironmentVariable('TRUECOPY_LOG_ORIGIN', '')
var originHost = split(first(split(origin, '/')), '.')
var originZone = join(skip(originHost, max(0, length(originHost) - 2)), '.')
param logOrigin = empty(origin)
  ? fail('TRUECOPY_LOG_ORIGIN is not set. It is the log\'s name, a host name of yours and a path. Every checkpoint is signed with it, every receipt holds it, and it can never change.')
  : length(originHost) < 2
      ? fail('TRUECOPY_LOG_ORIGIN is \'${origin}\', which begins with no host name. The log\'s name can never change: begin it with a host name of yours, so that nobody else has the same.')
      : contains(madeUp, last(originHost)) || contains(madeUp, originZone)
          ? fail('TRUECOPY_LOG_ORIGIN is \'${origin}\', a name made up for examples. It is signed with every checkpoint and can never change: take a host name of yours.')
          : origin

var sku = readEnvironmentVariable('TRUECOPY_STORAGE_SKU', '')
param storage = {
  sku: contains(['Standard_ZRS', 'Standard_GZRS'], sku)
    ? sku
    : fail('TRUECOPY_STORAGE_SKU is \'${sku}\'. Standard_ZRS keeps three copies in the region. Standard_GZRS keeps another in the region that Azure pairs with it, across a border perhaps, documents included: a matter of law that nothing here decides.')
  infrastructureEncryption: true
}

var ranges = readEnvironmentVariable('TRUECOPY_INBOX_IP_RANGES', '')
param inboxAllowedIpRanges = empty(ranges)
  ? fail('TRUECOPY_INBOX_IP_RANGES is not set. It lists the address ranges from which issuers upload, with commas between them. Without any, nobody outside the private network can upload; if that is meant, say none.')
  : ranges == 'none' ? [] : map(split(ranges, ','), range => trim(range))

var emails = readEnvironmentVariable('TRUECOPY_ALERT_EMAILS', '')
param alertEmails = empty(emails)
  ? fail('TRUECOPY_ALERT_EMAILS is not set. It lists who is woken when the log stands still, with commas between them. Alerts that reach nobody are worse than none.')
  : map(split(emails, ','), email => trim(email))

// The registry. It is empty, because each line of it is an entry of the log for ever. To add an institution:
// docs/operations.md, "Adding an issuer".
param issuers = []

// Who takes handovers; likewise for ever. docs/operations/handovers.md, "Adding a receiver".
param receivers = []

param softDeleteDays = 90
param journalImmutabilityDays = 3650
param hsm = true
param maximumInstances = 100
param alwaysReadyInstances = 2
param privateNetwork = true
param logRetentionDays = 365

// docs/witnesses.md, "Asked by the log".
param witnessPolicy = readEnvironmentVariable('TRUECOPY_WITNESS_POLICY', '')
