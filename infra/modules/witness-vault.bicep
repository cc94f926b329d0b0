// The seeds of a witness and of the mirror beside it. Key Vault holds neither Ed25519 nor ML-DSA as keys.

metadata version = '0.1.0'

import { tagValues } from 'types.bicep'
import { witnessSeeds } from 'witness-names.bicep'
import { roleIds } from 'role-ids.bicep'

param name string
param location string
param tags tagValues

@secure()
@description('One by the name of each seed: 32 bytes as 64 hexadecimal digits.')
param seedValues { *: string }

param identityName string
param principalId string
param workspaceId string

resource vault 'Microsoft.KeyVault/vaults@2024-11-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    tenantId: tenant().tenantId
    sku: { family: 'A', name: 'standard' }
    enableRbacAuthorization: true
    enableSoftDelete: true
    softDeleteRetentionInDays: 90
    enablePurgeProtection: true
    enabledForDeployment: false
    enabledForDiskEncryption: false
    enabledForTemplateDeployment: false
    publicNetworkAccess: 'Enabled'
    networkAcls: { bypass: 'AzureServices', defaultAction: 'Allow' }
  }
}

// Drawn at the first deployment. Drawing them again would make another witness, which no policy names.
@onlyIfNotExists()
resource seeds 'Microsoft.KeyVault/vaults/secrets@2024-11-01' = [
  for seed in witnessSeeds: {
    parent: vault
    name: seed
    tags: tags
    properties: {
      value: seedValues[seed]
      contentType: '32 bytes as 64 hexadecimal digits'
    }
  }
]

resource onSeeds 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (seed, i) in witnessSeeds: {
    scope: seeds[i]
    name: guid(seeds[i].id, identityName, roleIds.keyVaultSecretsUser)
    properties: {
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleIds.keyVaultSecretsUser)
      principalId: principalId
      principalType: 'ServicePrincipal'
      description: 'The witness cosigns'
    }
  }
]

resource audit 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: vault
  name: 'audit'
  properties: {
    workspaceId: workspaceId
    logs: [{ category: 'AuditEvent', enabled: true }]
  }
}

output uri string = vault.properties.vaultUri
