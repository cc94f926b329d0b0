// What a regulated institution would run.

using 'main.bicep'

param environmentName = readEnvironmentVariable('AZURE_ENV_NAME', 'truecopy-prod')
param location = readEnvironmentVariable('AZURE_LOCATION', 'eastasia')
param logOrigin = readEnvironmentVariable('TRUECOPY_LOG_ORIGIN', 'truecopy.example/log')

param issuers = [
  {
    id: 'demo-bank'
    legalName: '示范银行 (Demo Bank, Shenzhen)'
    jurisdiction: 'CN-GD'
    // The identity of the institution's upload job, for example:
    // { id: '00000000-0000-0000-0000-000000000000', type: 'ServicePrincipal' }
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

// Three zones here and a copy in the paired region. Where a region has no pair: Standard_ZRS.
param storage = { sku: 'Standard_GZRS', infrastructureEncryption: true }
param softDeleteDays = 90
param journalImmutabilityDays = 3650
param hsm = true
param maximumInstances = 100
param alwaysReadyInstances = 2
param privateNetwork = true
param logRetentionDays = 365

// Where issuers come from who have no private endpoint, for example '203.0.113.0/24'. Nobody yet.
param inboxAllowedIpRanges = []

// Who is woken up, for example 'oncall@truecopy.example'.
param alertEmails = []
