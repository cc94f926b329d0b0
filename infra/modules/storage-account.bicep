// One hardened storage account: no keys, no anonymous access, no old TLS, no way in from another tenant.

metadata version = '0.1.0'

import { storageSettings, tagValues } from 'types.bicep'

param name string
param location string
param tags tagValues
param settings storageSettings

@description('Disabled leaves private endpoints and trusted Azure services (Event Grid\'s deliveries).')
param publicNetworkAccess 'Enabled' | 'Disabled'

@description('Who comes in over the public endpoint where it is enabled: everybody with a role, or these ranges only.')
param allowedIpRanges string[]?

resource account 'Microsoft.Storage/storageAccounts@2025-06-01' = {
  name: name
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: { name: settings.sku }
  properties: {
    accessTier: 'Hot'
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    isLocalUserEnabled: false
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    publicNetworkAccess: publicNetworkAccess
    networkAcls: {
      bypass: 'AzureServices'
      defaultAction: publicNetworkAccess == 'Disabled' || allowedIpRanges != null ? 'Deny' : 'Allow'
      ipRules: map(allowedIpRanges ?? [], range => { action: 'Allow', value: range })
    }
    encryption: {
      keySource: 'Microsoft.Storage'
      requireInfrastructureEncryption: settings.infrastructureEncryption
      // Infrastructure encryption covers queues and tables only under the account's key.
      services: {
        blob: { enabled: true, keyType: 'Account' }
        file: { enabled: true, keyType: 'Account' }
        queue: { enabled: true, keyType: 'Account' }
        table: { enabled: true, keyType: 'Account' }
      }
    }
  }
}
