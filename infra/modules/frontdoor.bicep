// What stands before the app where one address after another asks without end: Front Door, and a firewall that counts.
// Standard has custom rules, so counting too; Premium adds rule sets against injection, of which there is none into digests.
// It keeps no access log: their URLs would hold the digests that verifiers ask about.

metadata version = '0.1.0'

import { tagValues } from 'types.bicep'

param name string
param tags tagValues

@description('Requests of one address in a minute.')
param requestsAMinute int

resource profile 'Microsoft.Cdn/profiles@2024-09-01' = {
  name: name
  location: 'global'
  tags: tags
  sku: { name: 'Standard_AzureFrontDoor' }
  // An answer begins within 30 s.
  properties: { originResponseTimeoutSeconds: 60 }

  resource endpoint 'afdEndpoints' = {
    name: 'service'
    location: 'global'
    tags: tags
    properties: { enabledState: 'Enabled' }
  }

  resource security 'securityPolicies' = {
    name: 'firewall'
    properties: {
      parameters: {
        type: 'WebApplicationFirewall'
        wafPolicy: { id: firewall.id }
        associations: [{ domains: [{ id: endpoint.id }], patternsToMatch: ['/*'] }]
      }
    }
  }
}

resource firewall 'Microsoft.Network/FrontDoorWebApplicationFirewallPolicies@2024-02-01' = {
  name: 'waf${uniqueString(name)}'
  location: 'global'
  tags: tags
  sku: { name: 'Standard_AzureFrontDoor' }
  properties: {
    policySettings: {
      enabledState: 'Enabled'
      mode: 'Prevention'
      customBlockResponseStatusCode: 429
    }
    customRules: {
      rules: [
        {
          name: 'TooManyRequests'
          enabledState: 'Enabled'
          priority: 1
          ruleType: 'RateLimitRule'
          rateLimitDurationInMinutes: 1
          rateLimitThreshold: requestsAMinute
          action: 'Block'
          matchConditions: [
            { matchVariable: 'SocketAddr', operator: 'IPMatch', matchValue: ['0.0.0.0/0', '::/0'] }
          ]
        }
      ]
    }
  }
}

output hostName string = profile::endpoint.properties.hostName
