// Cheap, and easily thrown away: made-up institutions, a key in software, a journal that can be deleted. Names come from azd where
// azd runs this, and are given here for everybody else.

using 'main.bicep'

var name = readEnvironmentVariable('AZURE_ENV_NAME', 'truecopy-dev')
param environmentName = name
param location = readEnvironmentVariable('AZURE_LOCATION', 'eastasia')

// Each environment's log has a name of its own, so that clients do not take one for another.
param logOrigin = empty(readEnvironmentVariable('TRUECOPY_LOG_ORIGIN', ''))
  ? 'dev.truecopy.example/${toLower(name)}'
  : fail('TRUECOPY_LOG_ORIGIN is set, and these are the parameters of development: a log that is to last does not begin with made-up institutions and a key in software. Deploy prod.bicepparam (with azd: module: prod in azure.yaml), or unset it.')

param issuers = [
  {
    id: 'demo-bank'
    legalName: '示范银行 (Demo Bank, Shenzhen)'
    legalNames: { en: 'Demo Bank, Shenzhen', zhHans: '示范银行（深圳）', zhHant: '示範銀行（深圳）' }
    jurisdiction: 'CN-GD'
    principals: []
  }
  {
    id: 'demo-registry'
    legalName: 'Demo Companies Registry, Hong Kong'
    jurisdiction: 'HK'
    algorithms: ['sm3']
    principals: []
  }
]

// A made-up key too, whose other half nobody has: to try it, put the public half of your own here (truecopy handover keygen).
param receivers = [
  {
    id: 'demo-lender'
    legalName: '示範貸款 (Demo Lender, Hong Kong)'
    legalNames: { en: 'Demo Lender, Hong Kong', zhHans: '示范贷款（香港）', zhHant: '示範貸款（香港）' }
    jurisdiction: 'HK'
    encryptionKey: 'age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p'
    purposes: ['accountOpening', 'credit', 'other']
    keepsDays: 365
    principals: []
  }
]

param storage = { sku: 'Standard_LRS', infrastructureEncryption: false }
param softDeleteDays = 14
param journalImmutabilityDays = 0
param hsm = false
param maximumInstances = 40
param alwaysReadyInstances = 0
param privateNetwork = false
param inboxAllowedIpRanges = []
param logRetentionDays = 30
param alertEmails = []

// docs/witnesses.md, "Asked by the log".
param witnessPolicy = readEnvironmentVariable('TRUECOPY_WITNESS_POLICY', '')
