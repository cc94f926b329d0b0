// The log's two keys: ECDSA P-256, which never leaves the vault, and the seed of Ed25519, which witnesses insist on
// and Key Vault cannot hold as a key.

metadata version = '0.1.0'

import { tagValues } from 'types.bicep'
import { ed25519Seed, signingKey } from 'well-known-names.bicep'

param name string
param location string
param tags tagValues

@description('Keeps the signing key in a hardware security module.')
param hsm bool

param publicNetworkAccess 'Enabled' | 'Disabled'

@secure()
param seedValue string

param workspaceId string

resource vault 'Microsoft.KeyVault/vaults@2024-11-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    tenantId: tenant().tenantId
    sku: { family: 'A', name: hsm ? 'premium' : 'standard' }
    enableRbacAuthorization: true
    enableSoftDelete: true
    softDeleteRetentionInDays: 90
    enablePurgeProtection: true
    enabledForDeployment: false
    enabledForDiskEncryption: false
    enabledForTemplateDeployment: false
    publicNetworkAccess: publicNetworkAccess
    networkAcls: {
      bypass: 'AzureServices'
      defaultAction: publicNetworkAccess == 'Disabled' ? 'Deny' : 'Allow'
    }
  }
}

resource key 'Microsoft.KeyVault/vaults/keys@2024-11-01' = {
  parent: vault
  name: signingKey
  tags: tags
  properties: {
    kty: hsm ? 'EC-HSM' : 'EC'
    curveName: 'P-256'
    keyOps: ['sign', 'verify']
    attributes: { enabled: true, exportable: false }
    rotationPolicy: {
      attributes: { expiryTime: 'P2Y' }
      lifetimeActions: [
        { action: { type: 'rotate' }, trigger: { timeAfterCreate: 'P18M' } }
        { action: { type: 'notify' }, trigger: { timeBeforeExpiry: 'P30D' } }
      ]
    }
  }
}

// Drawn at the first deployment. Drawing it again would give the log another key.
@onlyIfNotExists()
resource seed 'Microsoft.KeyVault/vaults/secrets@2024-11-01' = {
  parent: vault
  name: ed25519Seed
  tags: tags
  properties: {
    value: seedValue
    contentType: 'Ed25519 seed of the log: 32 bytes as 64 hexadecimal digits'
  }
}

resource audit 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: vault
  name: 'audit'
  properties: {
    workspaceId: workspaceId
    logs: [{ category: 'AuditEvent', enabled: true }]
  }
}

output id string = vault.id
output uri string = vault.properties.vaultUri
