// Cheap, and easily thrown away. Names come from azd where azd runs this, and are given here for everybody else.

using 'main.bicep'

param environmentName = readEnvironmentVariable('AZURE_ENV_NAME', 'truecopy-dev')
param location = readEnvironmentVariable('AZURE_LOCATION', 'eastasia')
param logOrigin = readEnvironmentVariable('TRUECOPY_LOG_ORIGIN', 'dev.truecopy.example/log')

param issuers = [
  {
    id: 'demo-bank'
    legalName: '示范银行 (Demo Bank, Shenzhen)'
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

param storage = { sku: 'Standard_LRS', infrastructureEncryption: false }
param softDeleteDays = 14
param hsm = false
param maximumInstances = 40
param alwaysReadyInstances = 0
param privateNetwork = false
